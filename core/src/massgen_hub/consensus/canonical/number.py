"""A number, in whatever notation, by its exact value."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction

from .notation import NUMBER, mixed_up, rewritten, value
from .text import canonical_text

MOST_STATEMENTS = 50
LONGEST_CLAUSE = 300
STATED = re.compile(
    r"""\\boxed\s?(?P<brace>\{) | \banswers?\b (?:\s(?:is|was)\b|\s?[*:=]) [\s:*]{0,6}
    | ^\#{4}[ \t]* (?=[-+$€£¥.\d]\S*(?:[ \t]+[^\W\d]+)?[ \t]*$)""",
    re.IGNORECASE | re.MULTILINE | re.VERBOSE,
)
CLAUSE_ENDS = re.compile(r"\n|[.,;!?](?=\s|\Z)|\s\(|\b(?:because|since|as)\b", re.IGNORECASE)


def canonical_number(text: str) -> str:
    r"""The number as a fraction in lowest terms: 0.5, 1/2, `\frac{1}{2}` and 50% are the same.

    It is the last one that is boxed, after `####` or stated as the answer; where none is, the last one in the text.
    Units, currencies and other words do not matter; `thousand` and the like do, and percent divides by 100. What is no
    single number (a range, a date, an expression) is compared as text, and so is what has more than 1000 digits.
    """
    plain = rewritten(text)
    found = next(_stated(plain), None) or _last(plain)
    exact = found and _exact(found)
    return f"number\n{exact}" if exact is not None else canonical_text(text)


def _stated(text: str) -> Iterator[re.Match[str]]:
    """The numbers stated as the answer, last one first."""
    for statement in reversed(list(STATED.finditer(text))[-MOST_STATEMENTS:]):
        start = statement.end()
        end = _closing(text, start) if statement["brace"] else _end_of_clause(text, start)
        after_equals = text.rfind("=", start, end) + 1
        if found := NUMBER.search(text, max(start, after_equals), end):
            yield found


def _closing(text: str, start: int) -> int:
    """Where the brace closes that opened before `start`."""
    depth = 1
    for index in range(start, min(len(text), start + LONGEST_CLAUSE)):
        depth += {"{": 1, "}": -1}.get(text[index], 0)
        if not depth:
            return index
    return start


def _end_of_clause(text: str, start: int) -> int:
    limit = start + LONGEST_CLAUSE
    end = CLAUSE_ENDS.search(text, start, limit)
    return end.start() if end else limit


def _last(text: str) -> re.Match[str] | None:
    last = None
    for last in NUMBER.finditer(text):  # noqa: B007 - a list of a megabyte of numbers is not needed
        pass
    return last


def _exact(found: re.Match[str]) -> Fraction | None:
    return None if mixed_up(found) else value(found)
