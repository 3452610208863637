"""Which two requirements clash, found in what uv says where no versions meet all of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ..errors import NotBuilt
from . import uv

NEED = re.compile(
    r"(?P<who>[A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^]]*\])?(?P<version>[=<>!~][^\s,]*(?:,[=<>!~][^\s,]*)*)?"
    r" depends? on (?P<what>[A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^]]*\])?(?P<bound>[=<>!~][^\s,]*(?:,[=<>!~][^\s,]*)*)?"
)
ASKED = re.compile(r"you require (?P<both>(?:(?!Because|you require).)+?),? we can conclude")
ABSENT = re.compile(r"Because (\S+) was not found in the package registry")


@dataclass(frozen=True, kw_only=True)
class Need:
    """`who` of a version needs `what` within some bounds."""

    who: str
    version: str
    what: str
    bound: str

    def __str__(self) -> str:
        return f"{self.who}{self.version} needs {self.what}{self.bound.rstrip('.')}"


def clashing(failure: uv.UvFailed, what: str) -> NotBuilt | None:
    """The error for requirements that no versions meet, the two that clash first; None for another failure.

    `what` begins the sentence.
    """
    if not failure.says(uv.UNSATISFIABLE) or failure.says(uv.NO_NETWORK) or failure.says(uv.REFUSED):
        return None
    told = clash(failure.text)
    details = failure.text.removeprefix("No solution found when resolving dependencies\n")
    return NotBuilt(f"{what}: no versions meet all requirements{f': {told}' if told else ''}\n{details}")


def clash(text: str) -> str:
    """`a 1.0 needs x<3, b 2.0 needs x>=3`, or what is asked for that nobody has; empty where uv tells neither."""
    plain = " ".join(text.split())
    if (absent := ABSENT.search(plain)) is not None:
        return f"there is no distribution `{absent[1]}`"
    needs = list(_needs(plain))
    for one in reversed(needs):
        for other in needs:
            if other.what == one.what and other.who != one.who and other.bound != one.bound:
                return f"{other}, {one}"
    return _against_what_is_asked(plain, needs)


def _needs(plain: str) -> Iterator[Need]:
    for found in NEED.finditer(plain):
        yield Need(**{name: value or "" for name, value in found.groupdict().items()})


def _against_what_is_asked(plain: str, needs: list[Need]) -> str:
    """A need that clashes with what was asked for itself."""
    asked = [part.strip() for found in ASKED.finditer(plain) for part in re.split(r",? and |, ", found["both"])]
    for need in reversed(needs):
        direct = next((one for one in asked if re.match(rf"{re.escape(need.what)}(?![A-Za-z0-9._-])", one)), "")
        if direct:
            return f"{need}, and {direct} is asked for"
    return " and ".join(asked[-2:]) if len(asked) > 1 else ""
