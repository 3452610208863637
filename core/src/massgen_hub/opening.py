"""Opens the agents of a config: in this process, in the shared background loop, or in workers of their own."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from dataclasses import replace
from functools import cache, partial
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar

from .config import AgentSpec
from .contract import Adapter, Agent, Host, Model, Reply, Setup, Turn
from .errors import ConfigError, HubError
from .kit import ThreadedHost
from .runner import Participant
from .targets import append_to_path, resolve
from .worker import open_in_worker

T = TypeVar("T")
NO_KEY = "none"
SECONDS_TO_CLOSE = 10.0
log = logging.getLogger("massgen_hub")


@asynccontextmanager
async def opened(
    specs: Sequence[AgentSpec],
    adapters: Mapping[str, Adapter],
    models: Mapping[str, Model],
    *,
    folder: Path,
    paths: Sequence[str],
    seed: int,
) -> AsyncIterator[dict[str, Participant]]:
    """All agents at once, by id. The first one that cannot be opened closes the others and is the error."""
    import_module("httpx")  # before they open side by side: clients of models break on one that is half imported
    keepers = {
        spec.id: Keeper(spec.id, _agent(spec, adapters[spec.type], models.get(spec.id), folder / spec.id, paths, seed))
        for spec in specs
    }
    try:
        async with asyncio.TaskGroup() as group:
            opening = {name: group.create_task(keeper.open()) for name, keeper in keepers.items()}
        yield {
            spec.id: Participant(
                agent=opening[spec.id].result(),
                type=spec.type,
                traits=adapters[spec.type].traits(spec.options),
                timeout=spec.timeout,
                stoppable=_stoppable(spec, adapters[spec.type]),
            )
            for spec in specs
        }
    except ExceptionGroup as failures:
        raise failures.exceptions[0] from None
    finally:
        await asyncio.gather(*(keeper.close() for keeper in keepers.values()))


class Keeper:
    """Holds an agent open in a task of its own: some contexts may only be left where they were entered."""

    def __init__(self, name: str, context: AbstractAsyncContextManager[Agent]) -> None:
        self._name, self._context = name, context
        self._is_open = False
        self._leave = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def open(self) -> Agent:
        """Enter it."""
        entered: asyncio.Future[Agent] = asyncio.get_running_loop().create_future()
        self._task = asyncio.create_task(self._keep(entered))
        return await entered

    async def close(self) -> None:
        """Leave it, or break off an opening that is still under way."""
        if self._task is None:
            return
        self._leave.set()
        if not self._is_open:
            self._task.cancel()
        await asyncio.wait([self._task], timeout=SECONDS_TO_CLOSE)
        if not self._task.done():
            self._task.cancel()
            log.warning("the agent `%s` did not close within %g s", self._name, SECONDS_TO_CLOSE)

    async def _keep(self, entered: asyncio.Future[Agent]) -> None:
        try:
            async with self._context as agent:
                self._is_open = True
                if not entered.done():
                    entered.set_result(agent)
                await self._leave.wait()
        except asyncio.CancelledError:
            entered.cancel()
            raise
        except BaseException as failure:
            if not entered.done():
                entered.set_exception(failure)
            else:
                log.warning("the agent `%s` did not close: %s: %s", self._name, type(failure).__name__, failure)


def _agent(
    spec: AgentSpec, adapter: Adapter, model: Model | None, folder: Path, paths: Sequence[str], seed: int
) -> AbstractAsyncContextManager[Agent]:
    """One agent, to be opened. What the user made is imported here, before adapters import their frameworks in
    threads: modules that import each other in a circle do not bear two at once.
    """
    if model is not None and not model.key:  # clients demand one even where the address does not
        model = replace(model, key=NO_KEY)
    setup = Setup(agent=spec.id, seed=seed, model=model, folder=str(folder))
    with _named(spec):
        context = _context(spec, adapter, setup, folder, paths)
    return _entered(spec, context)


@asynccontextmanager
async def _entered(spec: AgentSpec, context: AbstractAsyncContextManager[Agent]) -> AsyncIterator[Agent]:
    with _named(spec):
        agent = await context.__aenter__()
    try:
        yield agent
    finally:
        await context.__aexit__(None, None, None)


@contextmanager
def _named(spec: AgentSpec) -> Iterator[None]:
    """Errors say which agent."""
    try:
        yield
    except HubError as failure:
        if isinstance(failure, ConfigError) and failure.place is not None:
            raise
        raise ConfigError(f"agent `{spec.id}`: {failure.message}", place=spec.place, hint=failure.hint) from failure
    except Exception as failure:
        what = f"agent `{spec.id}` cannot be opened: {type(failure).__name__}: {failure}"
        raise ConfigError(what, place=spec.place) from failure


def _context(
    spec: AgentSpec, adapter: Adapter, setup: Setup, folder: Path, paths: Sequence[str]
) -> AbstractAsyncContextManager[Agent]:
    traits = adapter.traits(spec.options)
    if _is_live(spec) and spec.environment == "worker":
        raise ConfigError("an object given in code cannot move to a worker", hint="name it as `module:attribute`")
    if _moves_out(spec, adapter):
        target = spec.target if isinstance(spec.target, str) else None
        options = spec.options.model_dump(mode="json", exclude_unset=True)
        return open_in_worker(spec.type, options, setup, target, paths=paths, log=folder / "worker.log")
    append_to_path(paths)
    target = resolve(spec.target) if isinstance(spec.target, str) else spec.target
    context = partial(adapter.open, spec.options, replace(setup, target=target))
    return _on_background_loop(spec.id, context) if traits.loop == "one" else context()


def _is_live(spec: AgentSpec) -> bool:
    """Whether the user gave the object itself."""
    return spec.target is not None and not isinstance(spec.target, str)


def _moves_out(spec: AgentSpec, adapter: Adapter) -> bool:
    """Whether the agent lives in a worker: it says so, or only a kill stops it and it can move."""
    kill = adapter.traits(spec.options).cancel == "kill"
    return spec.environment == "worker" or (spec.environment == "auto" and kill and not _is_live(spec))


def _stoppable(spec: AgentSpec, adapter: Adapter) -> bool:
    return _moves_out(spec, adapter) or adapter.traits(spec.options).cancel == "task"


# Agents whose clients belong to one event loop for the life of the process share a permanent one.


@cache
def _background() -> asyncio.AbstractEventLoop:
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="massgen-hub background", daemon=True).start()
    return loop


async def _there(work: Coroutine[Any, Any, T]) -> T:
    return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, _background()))


@asynccontextmanager
async def _on_background_loop(
    name: str, context: Callable[[], AbstractAsyncContextManager[Agent]]
) -> AsyncIterator[Agent]:
    keeper = Keeper(name, context())

    async def distant(turn: Turn, host: Host) -> Reply | str:
        return await _there(_take_turn(agent, turn, ThreadedHost(host)))

    try:
        agent = await _there(keeper.open())
        yield distant
    finally:
        await _there(keeper.close())


async def _take_turn(agent: Agent, turn: Turn, host: Host) -> Reply | str:
    return await agent(turn, host)
