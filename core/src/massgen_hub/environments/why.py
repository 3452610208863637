"""Why two adapters, or any two requirements, cannot live in one environment."""

from __future__ import annotations

from collections.abc import Sequence

from ..config.agents import APART, TOGETHER
from ..errors import ConfigError
from ..folders import whole
from ..worker.versions import SHARED
from . import uv
from .clashes import clash, clashing
from .resolving import OLDEST, annotated, compiled
from .sources import CORE, is_ours, lines
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

    A resolver goes back years until two fit, and never says so: what is asked for, and what an adapter asks for itself,
    is held to the version that it gets alone.
    """
    name = distribution_of(asked)
    if not name:
        raise ConfigError(f"`{asked}` is neither an adapter nor a requirement", hint="massgen-hub env why A B")
    distribution = f"massgen-hub-{name}" if name in (*TOGETHER, *APART) else name
    requirement = distribution if name != distribution else asked
    wanted = lines(Wanted(requires=(requirement,), python="", folder=whole()))
    try:
        alone = annotated(wanted, OLDEST)
    except uv.UvFailed as failure:
        raise clashing(failure, f"`{asked}` alone") or uv.explained(failure, f"`{asked}` alone") from None
    return (*wanted, *(pin for pin, needed_by in alone if _decides(pin, distribution, needed_by)))


def _decides(pin: str, distribution: str, needed_by: Sequence[str]) -> bool:
    """Whether a version is that of the thing asked for, or of what an adapter drives; not of what all adapters need."""
    name = pin.partition("==")[0]
    driven = distribution in needed_by and CORE not in needed_by and name not in SHARED
    return not is_ours(name) and (name == distribution or driven)
