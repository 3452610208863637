"""From a file to a text: size, encoding, and what may be wrong with a path."""

from __future__ import annotations

from pathlib import Path

from ..errors import ConfigError
from ..hints import did_you_mean
from .core_yaml import parse
from .source import Node, Text

LARGEST = 1_000_000
_BOM = b"\xef\xbb\xbf"


def read(path: Path) -> Node:
    """The config in a YAML file. Raises `ConfigError`, with the place where there is one."""
    return parse(read_text(path))


def read_text(path: Path) -> Text:
    """A small UTF-8 file, with or without a byte order mark."""
    written = _bytes(path)
    data = written.removeprefix(_BOM)
    try:
        return Text(str(path), data.decode("utf-8"))
    except UnicodeDecodeError as broken:
        before = Text(str(path), data.decode("utf-8", "replace"))
        place = before.place_at(len(data[: broken.start].decode("utf-8")))
        offset = broken.start + len(written) - len(data)
        what = f"not UTF-8: byte 0x{data[broken.start]:02x} at offset {offset}"
        raise ConfigError(what, place=place, hint="save the file as UTF-8") from None


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except FileNotFoundError:
        raise ConfigError(f"{path}: no such file", hint=_near(path)) from None
    except IsADirectoryError:
        raise ConfigError(f"{path}: this is a folder", hint="name the YAML file in it") from None
    except (OSError, ValueError) as failure:  # ValueError: a NUL in the path
        reason = getattr(failure, "strerror", None) or str(failure)
        raise ConfigError(f"{str(path)!r}: cannot be read: {reason.lower()}") from None
    if len(data) > LARGEST:
        raise ConfigError(
            f"{path}: larger than 1 MB", hint="a config names agents; keep their data in files of its own"
        )
    return data


def _near(path: Path) -> str:
    try:
        names = [entry.name for entry in path.parent.iterdir()]
    except (OSError, ValueError):
        return ""
    return did_you_mean(path.name, [name for name in names if name.endswith((".yaml", ".yml"))])
