"""Where the recorded answers are: MASSGEN_HUB_DATA, or a folder `shared/data` beside the repository."""

import os
from pathlib import Path

import pytest

BESIDE = Path(__file__).parents[4] / "shared" / "data"


@pytest.fixture(scope="session")
def recorded():
    folder = Path(os.environ.get("MASSGEN_HUB_DATA", BESIDE))
    if not (folder / "mmlu-pro.json.gz").exists():
        pytest.skip("the recorded answers are not here; MASSGEN_HUB_DATA names their folder")
    return folder
