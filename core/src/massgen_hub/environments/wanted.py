"""Which environments the agents of a config ask for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from ..config import AgentSpec, Config, OwnEnvironment
from ..config.agents import APART, BUILT_IN, TOGETHER
from ..errors import NotBuilt, Place

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_NO_ADDRESS = r"(?!\w[\w+.-]*://)"
PATH = re.compile(rf"{_NO_ADDRESS}(-e\s+{_NO_ADDRESS}|[.~/]|[^@;\s]*/)")
"""How a requirement begins that is the path of a project or of a wheel."""
VERSION = re.compile(r"3\.\d+(\.\d+)?")
"""A `python` that is asked for by its version; anything else is a path."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """An environment to be built; those that are equal are one.

    `requires` are requirements as pip takes them, or paths of projects and wheels, relative to `folder`; sorted.
    `python` is a version or the path of an interpreter, relative to it too, empty for the hub's own. `place` is where
    it is asked for.
    """

    requires: tuple[str, ...]
    python: str
    folder: Path
    place: Place | None = field(default=None, compare=False, repr=False)

    @property
    def interpreter(self) -> str:
        """The version that is asked for, or the whole path of the interpreter; empty for the hub's own."""
        if not self.python or VERSION.fullmatch(self.python):
            return self.python
        return str(self.folder / Path(self.python).expanduser())


def wanted(config: Config) -> dict[str, Wanted]:
    """What has to be built, by agent."""
    return {
        spec.id: Wanted(
            requires=_requires(spec, where),
            python=where.python,
            folder=config.folder,
            place=spec.at("environment"),
        )
        for spec, where in own_environments(config)
        if not where.path
    }


@contextmanager
def asked_at(place: Place | None) -> Iterator[None]:
    """Errors of an environment say where it is asked for."""
    try:
        yield
    except NotBuilt as failure:
        failure.place = failure.place or place
        raise


def own_environments(config: Config) -> Iterator[tuple[AgentSpec, OwnEnvironment]]:
    """The agents that run in environments of their own."""
    for spec in config.agents:
        if isinstance(spec.environment, OwnEnvironment):
            yield spec, spec.environment


def _requires(spec: AgentSpec, where: OwnEnvironment) -> tuple[str, ...]:
    """What the entry asks for, and the adapter where it is one of ours or nothing else would bring it; with its extra
    for `mcp_servers` where the entry has some."""
    adapter, ours = f"massgen-hub-{spec.type}", spec.type in (*TOGETHER, *APART)
    brought = bool(where.requires) or spec.type in BUILT_IN
    if adapter in map(distribution_of, where.requires) or (brought and not ours):
        return tuple(sorted(set(where.requires)))
    extra = "[mcp]" if ours and getattr(spec.options, "mcp_servers", None) else ""
    return tuple(sorted({*where.requires, adapter + extra}))


def distribution_of(requirement: str) -> str:
    """The name that a requirement begins with, as the index spells it; empty for a path."""
    found = None if PATH.match(requirement) else NAME.match(requirement)
    return re.sub(r"[-_.]+", "-", found[0]).lower() if found else ""
