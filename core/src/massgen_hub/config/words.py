"""How errors speak about keys, values and near misses."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, TypeAlias

from ..record.redact import FORMATS

Keys: TypeAlias = tuple[str | int, ...]
"""Where a value stands in a config: keys and, in lists, indices from 0."""

LONGEST = 60
_SECRET = re.compile("|".join(FORMATS))


def dotted(path: Keys) -> str:
    """A path as people write it: `agents[2].model`."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{shown(part)}" for part in path)
    return text.removeprefix(".")


def shown(text: str) -> str:
    """A text made safe to print: one line, no control characters, no secrets, not too long."""
    safe = masked("".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text.replace("\n", " ")))
    return safe if len(safe) <= LONGEST else safe[: LONGEST - 1] + "…"


def masked(text: str) -> str:
    """The text with each character of a secret replaced, so that columns stay true."""
    return _SECRET.sub(lambda found: "*" * len(found[0]), text)


def looks_secret(text: str) -> bool:
    """Whether a text has the format of a key, or is long and random enough to be one."""
    random = len(text) >= 24 and re.fullmatch(r"(?=.*\d)(?=.*[a-z])[\w.+/=-]+", text)
    return bool(random or _SECRET.search(text))


def described(value: Any) -> str:
    """What a value is, in the words of somebody who writes YAML."""
    match value:
        case None:
            return "nothing"
        case bool():
            return f"`{str(value).lower()}`"
        case int() | float():
            return f"the number {value}"
        case str():
            return f"the text `{shown(value)}`" if value else "an empty text"
        case dict():
            return "a mapping"
        case list():
            return "a list"
    return f"a `{type(value).__name__}`"


def listed(names: Iterable[str]) -> str:
    """Names in backticks, in order, or `nothing`."""
    return ", ".join(f"`{shown(name)}`" for name in sorted(names)) or "nothing"
