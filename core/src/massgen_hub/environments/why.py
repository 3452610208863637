"""Why two adapters, or any two requirements, cannot live in one environment."""

from __future__ import annotations

from pathlib import Path

from ..config.agents import APART, TOGETHER
from ..errors import ConfigError
from . import uv
from .clashes import clash, clashing
from .resolving import OLDEST, compiled
from .sources import lines
from .wanted import Wanted, distribution_of


def why(first: str, second: str) -> str:
    """Whether the newest versions of two go together, in words; where they do not, the requirements that clash.

    Both are names of adapters (`crewai`) or requirements (`openai>=3`). Raises `NotBuilt` where one cannot be had even
    alone.
    """
    held = [_held(one) for one in (first, second)]
    try:
        together = compiled(tuple(dict.fromkeys(line for one in held for line in one)), OLDEST)
    except uv.UvFailed as failure:
        if not failure.says(uv.UNSATISFIABLE):
            raise uv.explained(failure, f"`{first}` with `{second}`") from None
        return f"{first} and {second} cannot live together: {clash(failure.text)}\n\n{failure.text}"
    return f"{first} and {second} live together, in {len(together)} distributions"


def _held(asked: str) -> tuple[str, ...]:
    """The lines that stand for the newest version of something.

    A resolver goes back years until two fit, and never says so. An adapter has lower bounds of its own; anything else
    is held to the version that it gets alone.
    """
    name = distribution_of(asked)
    if name in (*TOGETHER, *APART):
        asked = f"massgen-hub-{name}"
    if not name:
        raise ConfigError(f"`{asked}` is neither an adapter nor a requirement", hint="massgen-hub env why A B")
    wanted = lines(Wanted(requires=(asked,), python="", folder=Path.cwd()))
    try:
        alone = compiled(wanted, OLDEST)
    except uv.UvFailed as failure:
        raise clashing(failure, f"`{asked}` alone") or uv.explained(failure, f"`{asked}` alone") from None
    return (*wanted, *(f"{name}=={one['version']}" for one in alone if one["name"] == name and "version" in one))
