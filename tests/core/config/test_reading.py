"""Files, encodings and limits."""

from pathlib import Path
from typing import Any

import pytest
from massgen_hub.config.reading import LARGEST, read
from massgen_hub.config.source import plain
from massgen_hub.errors import ConfigError


def test_a_missing_file_is_named_with_the_nearest_one(write: Any, tmp_path: Path) -> None:
    write("agents: []")
    with pytest.raises(ConfigError) as caught:
        read(tmp_path / "counsil.yaml")
    assert caught.value.message == f"{tmp_path}/counsil.yaml: no such file"
    assert caught.value.hint == "did you mean `council.yaml`?"


def test_a_missing_folder_is_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such file"):
        read(tmp_path / "nowhere" / "council.yaml")


def test_a_folder_is_no_config(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="this is a folder"):
        read(tmp_path)


def test_an_unreadable_file_says_why(tmp_path: Path) -> None:
    loop = tmp_path / "loop.yaml"
    loop.symlink_to(loop)
    with pytest.raises(ConfigError, match="cannot be read: too many levels of symbolic links"):
        read(loop)


def test_a_path_with_a_nul_is_no_traceback() -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        read(Path("a\0b.yaml"))


def test_a_file_of_5_megabytes_is_refused_by_its_size(tmp_path: Path) -> None:
    path = tmp_path / "large.yaml"
    path.write_bytes(b"- [[[\n" * 900_000)
    with pytest.raises(ConfigError, match=r"large\.yaml: larger than 1 MB"):
        read(path)


def test_an_endless_file_is_read_no_further_than_the_limit() -> None:
    with pytest.raises(ConfigError, match="larger than 1 MB"):
        read(Path("/dev/zero"))


def test_a_file_at_the_limit_is_read(tmp_path: Path) -> None:
    path = tmp_path / "full.yaml"
    path.write_bytes(b"a: b\n#" + b"x" * (LARGEST - 6))
    assert plain(read(path)) == {"a": "b"}


def test_a_byte_order_mark_is_skipped(tmp_path: Path) -> None:
    path = tmp_path / "bom.yaml"
    path.write_bytes(b"\xef\xbb\xbfcriteria: Be brief.\n")
    assert plain(read(path)) == {"criteria": "Be brief."}


def test_the_offset_of_a_byte_that_is_not_utf8_is_the_one_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "latin.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + "Grüße: ü\n".encode() + b"a: \xfc\n")
    with pytest.raises(ConfigError) as caught:
        read(path)
    assert caught.value.message == "not UTF-8: byte 0xfc at offset 18"
    assert caught.value.place is not None
    assert (caught.value.place.line, caught.value.place.column) == (2, 4)


def test_lines_may_end_as_on_windows(tmp_path: Path) -> None:
    path = tmp_path / "windows.yaml"
    path.write_bytes(b"agents:\r\n  - type: echo\r\ncriteria: [\r\n")
    with pytest.raises(ConfigError) as caught:
        read(path)
    assert caught.value.place is not None
    assert caught.value.place.line == 4
