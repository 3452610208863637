"""JSON objects anywhere in a text, in time that grows with its length and no faster, whatever it holds.

A strict reading comes first. It looks at most twice at a character: objects that it left open, or closed, need no
second look, and a brace inside of one of its strings begins the only other reading there can be. A tolerant one, for
single quotes and trailing commas, comes second.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Mapping

from ..contract import JSON

LONGEST_LITERAL = 20_000
DEEPEST = 200
"""Objects and lists in one another. Python's own decoder gives up at a depth that depends on its version and caller."""

DECODER = json.JSONDecoder(strict=False)  # a line break inside a string is forgiven
SPACE = r"[ \t\n\r]*+"
STRING = r'"(?:[^"\\]++|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*+"'
KEY = rf"{SPACE}{STRING}{SPACE}:"
NUMBER = r"-?(?:0|[1-9][0-9]{0,639}+)(?:\.[0-9]++)?(?:[eE][-+]?[0-9]++)?"  # Python reads 640 digits, however it is set
VALUE = re.compile(
    rf"{SPACE}(?:(?P<opened>\[(?!{SPACE}\])|\{{{KEY})"
    rf"|{STRING}|{NUMBER}|true|false|null|NaN|-?Infinity|\[{SPACE}\]|\{{{SPACE}\}})"
)
"""A value that is whole, or how one begins that holds others."""
NEXT = {
    "{": re.compile(rf"{SPACE}(?:(?P<closed>\}})|,{KEY})"),
    "[": re.compile(rf"{SPACE}(?:(?P<closed>\])|,)"),
}
"""What follows a value, by what holds it."""
BEGINNING = re.compile(r"""\{\s*+(?=["'uU#}])""")
"""A brace that an object may start with: a key in quotes follows, a comment of Python's, or the end."""
LITERAL = re.compile(r"\{[^{}]*+(?:\{[^{}]*+){0,2}+\}")
"""From a brace to the first one that closes. Those between are in strings, and no sane text leaves three open there."""


def json_objects(text: str) -> Iterator[Mapping[str, JSON]]:
    """Every outermost JSON object in a text, in order. Nearly valid ones (single quotes, trailing commas) count too."""
    ends: dict[int, int] = {}
    beginning = BEGINNING.search(text)
    while beginning:
        start = beginning.start()
        value, end = _strict(text, start, ends) or _tolerant(text, start)
        if isinstance(value, dict):
            yield value
        beginning = BEGINNING.search(text, end)


def _strict(text: str, start: int, ends: dict[int, int]) -> tuple[JSON, int] | None:
    if start not in ends:
        _find_ends(text, start, ends)
    return DECODER.raw_decode(text, start) if ends[start] > start else None


def _find_ends(text: str, start: int, ends: dict[int, int]) -> None:
    """Where the object ends that starts here, and each one inside; at its own start where it has no end."""
    path: list[int] = []  # where the open ones start
    position = start
    while len(path) <= DEEPEST and (value := VALUE.match(text, position)):
        position = value.end()
        if value["opened"]:
            path.append(value.start("opened"))
            continue
        while path and (after := NEXT[text[path[-1]]].match(text, position)):
            position = after.end()
            if not after["closed"]:
                break
            ends[path.pop()] = position
        else:
            break
    ends.update((unclosed, unclosed) for unclosed in path)
    ends.setdefault(start, position)


def _tolerant(text: str, start: int) -> tuple[JSON, int]:
    """The object that starts here, read as a Python literal. Never evaluated; None where it is not one."""
    literal = LITERAL.match(text, start)
    if literal is None or len(literal[0]) > LONGEST_LITERAL:
        return None, start + 1
    try:
        return ast.literal_eval(literal[0]), literal.end()
    except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
        return None, start + 1
