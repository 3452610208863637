"""The lock beside a config."""

from pathlib import Path

import pytest
from massgen_hub.config import load
from massgen_hub.environments import relock
from massgen_hub.environments.locks import Pins, lock_of, read, write
from massgen_hub.errors import ConfigError
from massgen_hub.plugins import Registry

PINS = Pins(requires=("a>=1", "b"), python="", packages=("a==1.2", "b==3 ; sys_platform == 'win32'"), megabytes=7)


def test_what_is_locked_is_read_again(tmp_path):
    other = Pins(requires=("a>=1", "b"), python="3.12", packages=(), megabytes=0)
    write(tmp_path / "x.lock", [PINS, other])
    assert read(tmp_path / "x.lock") == {PINS.identity: PINS, other.identity: other}
    assert [path.name for path in tmp_path.iterdir()] == ["x.lock"]


def test_where_there_is_no_lock_nothing_is_locked(tmp_path):
    assert read(tmp_path / "x.lock") == {}


@pytest.mark.parametrize(
    "text", ["[1, 2", "version: 99\nenvironments: []", "just words", "version: 1\nenvironments: [{}]"]
)
def test_a_lock_that_cannot_be_read_is_told_with_its_path(tmp_path, text):
    path = tmp_path / "x.lock"
    path.write_text(text)
    with pytest.raises(ConfigError, match="is no lock of environments") as caught:
        read(path)
    assert str(path) in caught.value.message
    assert "env lock" in caught.value.hint


def test_a_lock_that_cannot_be_written_leaves_the_old_one(tmp_path):
    path = tmp_path / "file" / "x.lock"
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ConfigError, match="cannot be written"):
        write(path, [PINS])


def test_a_lock_names_versions_for_every_platform_and_neither_an_index_nor_a_path(place):
    config = load(place / "team.yaml", Registry())
    relock(config)
    text = lock_of(config).read_text()
    assert lock_of(config) == place.resolve() / "team.lock"
    assert "- pluggy==" in text
    assert "colorama==" in text or "sys_platform" in text
    assert "://" not in text
    assert str(Path.home()) not in text
    assert str(place) not in text
    assert "massgen-hub==" not in text
