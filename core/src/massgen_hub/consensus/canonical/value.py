"""JSON: the value, not how it is written."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from .fences import fenced
from .text import canonical_text

DEEPEST = 100
MOST_TRIES = 32
LONGEST_EXPONENT = 9
OPENING = re.compile(r"[\[{]")
NUMBER = re.compile(r"(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?")


def canonical_json(text: str) -> str:
    """The JSON value: all of the text, else its last fenced block that is one, else the longest object or array in it.

    White space, the order of keys and the notation of numbers do not matter; `1` is `1.0`. A value with a key given
    twice, NaN or an infinity, or more than 100 levels is none.
    """
    try:
        return f"json\n{_form(_value(text))}"
    except (ValueError, RecursionError):
        return canonical_text(text)


def _value(text: str) -> Any:
    """Raises ValueError where there is no value, or one that is refused."""
    for source in (text.strip(), *(block.text for block in reversed(list(fenced(text))))):
        try:
            return DECODER.decode(source)
        except json.JSONDecodeError:
            continue
    return max(_embedded(text), key=lambda found: found[0])[1]


def _embedded(text: str) -> Iterator[tuple[int, Any]]:
    """The outermost objects and arrays in a text, with their lengths."""
    position = tries = 0
    while tries < MOST_TRIES and (opening := OPENING.search(text, position)):
        try:
            value, position = DECODER.raw_decode(text, opening.start())
            yield position - opening.start(), value
        except json.JSONDecodeError:
            position, tries = opening.end(), tries + 1


class _Number(str):
    """A number in its one notation."""

    __slots__ = ()


def _number(written: str) -> _Number:
    """Digits without zeros at either end, and a power of ten: `1.50` is `15e-1`."""
    match = NUMBER.fullmatch(written)
    if match is None or len(match[4] or "") > LONGEST_EXPONENT:
        raise ValueError(f"no number: {written:.40}")
    fraction = match[3] or ""
    digits = (match[2] + fraction).lstrip("0")
    short = digits.rstrip("0")
    power = int(match[4] or 0) - len(fraction) + len(digits) - len(short)
    return _Number(f"{match[1]}{short}e{power}" if short else "0")


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key is given twice")
    return found


DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_int=_number, parse_float=_number, parse_constant=_no_number)


def _form(value: Any, depth: int = 0) -> str:
    if depth > DEEPEST:
        raise ValueError("nested too deeply")
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(key)}:{_form(value[key], depth + 1)}" for key in sorted(value)) + "}"
    if isinstance(value, list):
        return "[" + ",".join(_form(item, depth + 1) for item in value) + "]"
    return value if isinstance(value, _Number) else json.dumps(value)
