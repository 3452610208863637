"""Variables of the environment in a config: `${NAME}`, `${NAME:-default}`, `$$`, and the file `.env` beside it."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..errors import ConfigError, Place
from .reading import read_text
from .source import Node
from .words import described, shown

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_REFERENCE = re.compile(r"\$\$|\$\{([^}]*)(\}?)")
_LINE = re.compile(
    r"""\s*(?:export\s+)?(?P<name>[A-Za-z_][A-Za-z0-9_]*)\s*=\s*
    (?: '(?P<single>[^']*)' | "(?P<double>(?:[^"\\]|\\.)*)" | (?P<bare>[^'"\s\#](?:[^#]|(?<!\s)\#)*)? )
    \s*(?:\#.*)?""",
    re.VERBOSE,
)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t"}


def environment(folder: Path) -> Mapping[str, str]:
    """The variables of `.env` in a folder, under those of the process, which win. Nothing is set anywhere."""
    path = folder / ".env"
    return {**(_dotenv(path) if path.is_file() else {}), **os.environ}


def _dotenv(path: Path) -> dict[str, str]:
    found: dict[str, str] = {}
    for number, line in enumerate(_lines(path), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        match = _LINE.fullmatch(line)
        if match is None:
            place = Place(path=str(path), line=number, column=1, text="(not shown: it may hold a key)")
            raise ConfigError("this line is not `NAME=value`", place=place, hint="quotes have to be closed")
        found[match["name"]] = _value(match)
    return found


def _lines(path: Path) -> list[str]:
    try:
        return read_text(path).body.splitlines()
    except ConfigError as failure:
        raise ConfigError(f"{path}: {failure.message}", hint=failure.hint) from None


def _value(match: re.Match[str]) -> str:
    if match["double"] is not None:
        return re.sub(r"\\(.)", lambda found: _ESCAPES.get(found[1], found[1]), match["double"])
    return match["single"] if match["single"] is not None else (match["bare"] or "").rstrip()


class Expansion:
    """Reads the scalars of a config, with the variables in its texts replaced."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self.variables = variables

    def __call__(self, node: Node) -> Any:
        """The value of a scalar. Raises `ConfigError` for a variable that is not set, and for an object."""
        if not isinstance(node.value, (str, int, float, type(None))):
            raise node.error(f"expected a plain value, got {described(node.value)}")
        if not isinstance(node.value, str) or "$" not in node.value:
            return node.value
        return _REFERENCE.sub(lambda found: self._replacement(found, node), node.value)

    def _replacement(self, found: re.Match[str], node: Node) -> str:
        if found[0] == "$$":
            return "$"
        name, separator, default = found[1].partition(":-")
        if not found[2] or not NAME.fullmatch(name):
            raise node.error(f"`{shown(found[0])}` names no variable", hint="write `$$` for a plain `$`")
        value = self.variables.get(name)
        if separator:
            return value or default
        if value is None:
            hint = f"set it, put it into `.env` beside the config, or write `${{{name}:-default}}`"
            raise node.error(f"the variable `{name}` is not set", hint=hint)
        return value
