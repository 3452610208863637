"""Every broken config in tests/configs/broken is refused with exactly the text beside it."""

from pathlib import Path
from typing import Any

import pytest
from massgen_hub.config import load
from massgen_hub.errors import HubError

BROKEN = Path(__file__).parents[2] / "configs" / "broken"
NAMES = sorted(path.stem for path in BROKEN.glob("*.yaml"))


@pytest.mark.parametrize("name", NAMES)
def test_a_broken_config_says_what_is_wrong_and_where(name: str, registry: Any, monkeypatch: Any) -> None:
    monkeypatch.chdir(BROKEN)
    with pytest.raises(HubError) as caught:
        load(f"{name}.yaml", registry)
    assert f"{caught.value}\n" == Path(f"{name}.txt").read_text(encoding="utf-8")


def test_every_expected_text_has_its_config() -> None:
    assert sorted(path.stem for path in BROKEN.glob("*.txt")) == NAMES
