"""The most common hint."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def did_you_mean(name: str, among: Iterable[str], cutoff: float = 0.6) -> str:
    """A question that names what is nearest; empty where nothing is near."""
    near = get_close_matches(name, sorted(among), n=1, cutoff=cutoff)
    return f"did you mean `{near[0]}`?" if near else ""
