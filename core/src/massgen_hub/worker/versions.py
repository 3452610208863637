"""What a worker runs on, by what is installed there."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version

SHARED = ("openai", "mcp")
"""What most frameworks stand on, and seldom agree about."""


def versions_of(distributions: Iterable[str]) -> dict[str, str]:
    """The version of `python`, of massgen-hub, of these distributions and of what most share; imports none of them."""
    found = {"python": sys.version.partition(" ")[0]}
    for name in ("massgen-hub", *distributions, *SHARED):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            pass
    return found
