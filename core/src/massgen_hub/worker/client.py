"""The hub's side: an agent that lives in a worker, and is opened again when its process had to end."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from ..contract import JSON, Host, Reply, Setup, Turn
from ..errors import ConfigError
from .family import is_told, new_home, remove_home
from .homes import homes
from .launch import Launch
from .messages import VERSION, Open, Opened, encode
from .session import Limits, Session

__all__ = ["Limits", "WorkerAgent", "open_in_worker"]

logger = logging.getLogger("massgen_hub")


@asynccontextmanager
async def open_in_worker(
    adapter: str,
    options: Mapping[str, JSON],
    setup: Setup,
    target: str | None,
    *,
    python: str = sys.executable,
    paths: Sequence[str] = (),
    modules: Sequence[Path] = (),
    log: Path | None = None,
    limits: Limits = Limits(),  # noqa: B008 - frozen
    memory: int | None = None,
    variables: Mapping[str, str] = MappingProxyType({}),
) -> AsyncIterator[WorkerAgent]:
    """An agent in a process of its own, opened there by the adapter of this name.

    `options` are the entry's own, as in the YAML. `target` (`module:attribute`) is imported there, with `paths` at the
    end of `sys.path`; the setup's own target stays here. The process works in `setup.folder`, or where the hub does.
    What it prints is appended to `log`. `python` is the path of the interpreter; its PYTHONPATH begins with `modules`.
    `memory` is what the process and all that it starts may hold, in bytes; one that holds more is ended.
    `variables` are set there beside those that every worker has.

    Raises `NoWorker` where the process does not come up, and `ConfigError`, `ModelError` or `PluginError` where the
    agent cannot be opened.
    """
    if memory is not None and not is_told():
        logger.warning("the memory of the agent `%s` is not watched: this system has no /proc", setup.agent)
        memory = None
    async with _home() as home:
        order = _order(adapter, options, setup, target, paths, limits)
        log = log or home / "worker.log"
        launch = Launch(
            python=Path(python),
            home=home,
            log=log,
            folder=setup.folder,
            modules=tuple(modules),
            variables=variables,
        )
        agent = WorkerAgent(order, launch, limits, memory)
        try:
            await agent.open()
            yield agent
        finally:
            await agent.close()


@asynccontextmanager
async def _home() -> AsyncIterator[Path]:
    """A home for a worker, gone afterwards."""
    home = new_home()
    try:
        homes.add(home)
        yield home
    finally:
        await asyncio.to_thread(_leave, home)


def _leave(home: Path) -> None:
    remove_home(home)
    homes.discard(home)


def _order(
    adapter: str,
    options: Mapping[str, JSON],
    setup: Setup,
    target: str | None,
    paths: Sequence[str],
    limits: Limits,
) -> bytes:
    order = Open(
        version=VERSION,
        adapter=adapter,
        options=options,
        setup=replace(setup, target=None),
        target=target,
        path=tuple(str(Path(path).absolute()) for path in paths),
        silence=limits.silence,
    )
    try:
        return encode(order)
    except TypeError as failure:
        raise ConfigError(f"the options cannot go to a worker: {failure}", hint="use `environment: inline`") from None


class WorkerAgent:
    """The agent, from the hub's side. It takes one turn at a time. `about` is what its process said when the agent was
    open, also after that process has ended; a new one may say something else."""

    about: Opened

    def __init__(self, order: bytes, launch: Launch, limits: Limits, memory: int | None) -> None:
        self._order, self._launch, self._limits, self._memory = order, launch, limits, memory
        self._session: Session | None = None
        self._lock = asyncio.Lock()

    async def __call__(self, turn: Turn, host: Host) -> Reply:
        """Answer the turn, in a new process if the last one is gone.

        Raises `TurnError` with the agent's own message, `WorkerDied` where the process ended, and what
        `open_in_worker` raises where it cannot be opened again.
        """
        async with self._lock:
            session = await self.open()
            return await session.take(turn, host)

    async def open(self) -> Session:
        """The session that is open, or a new one."""
        if self._session is None or self._session.over:
            await self.close()
            self._launch.make_folders()
            self._session = await Session.open(self._order, self._launch, self._limits, self._memory)
            self.about = self._session.about
        return self._session

    async def close(self) -> None:
        """End the process, if there is one."""
        if self._session is not None:
            await self._session.close()
            self._session = None
