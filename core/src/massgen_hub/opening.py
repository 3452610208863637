"""Opens the agents of a config: in this process, in the shared background loop, or in workers of their own."""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from functools import cache, partial
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar

from .config import AgentSpec
from .contract import Adapter, Agent, Host, Model, Reply, Setup, Traits, Turn
from .errors import ConfigError, HubError, NoWorker, TurnError
from .kit import ThreadedHost
from .runner import Participant
from .targets import advised, append_to_path, resolve
from .worker import WorkerAgent, open_in_worker
from .worker.versions import versions_of

T = TypeVar("T")
NO_KEY = "none"
SECONDS_TO_CLOSE = 10.0
log = logging.getLogger("massgen_hub")


@dataclass(frozen=True, kw_only=True)
class Stock:
    """What a run has to open its agents with.

    `adapters` are those installed here, by name; `models` and `pythons` are by agent: the model it is given, and the
    interpreter of an environment of its own. Below `folder` each agent gets a folder; `paths` end `sys.path`.
    """

    adapters: Mapping[str, Adapter]
    models: Mapping[str, Model]
    pythons: Mapping[str, Path]
    folder: Path
    paths: Sequence[str]
    seed: int


@asynccontextmanager
async def opened(specs: Sequence[AgentSpec], stock: Stock) -> AsyncIterator[dict[str, Participant]]:
    """All agents at once, by id. The first one that cannot be opened closes the others and is the error.

    A process that does not come up is no such error while there are other agents: its agent fails in its turns.
    """
    import_module("httpx")  # before they open side by side: clients of models break on one that is half imported
    keepers = {spec.id: Keeper(spec.id, _agent(spec, stock)) for spec in specs}
    try:
        async with asyncio.TaskGroup() as group:
            opening = {name: group.create_task(_open_or_absent(keeper)) for name, keeper in keepers.items()}
        agents = {name: task.result() for name, task in opening.items()}
        lost = [agent.failure for agent in agents.values() if isinstance(agent, Absent)]
        if lost and len(lost) == len(agents):
            raise lost[0]
        yield {spec.id: _participant(spec, agents[spec.id], stock) for spec in specs}
    except ExceptionGroup as failures:
        raise failures.exceptions[0] from None
    finally:
        await asyncio.gather(*(keeper.close() for keeper in keepers.values()))


@dataclass(frozen=True)
class Absent:
    """Stands for an agent whose process did not come up: it fails whenever it is asked."""

    failure: NoWorker

    async def __call__(self, turn: Turn, host: Host) -> Reply:  # noqa: ARG002
        """Say why it is not there."""
        raise TurnError(self.failure.message, hint=self.failure.hint)


async def _open_or_absent(keeper: Keeper) -> Agent | Absent:
    try:
        return await keeper.open()
    except NoWorker as failure:
        return Absent(failure)


def _participant(spec: AgentSpec, agent: Agent | Absent, stock: Stock) -> Participant:
    """An open agent, with the traits that its adapter has where it runs."""
    in_worker = isinstance(agent, WorkerAgent)
    if isinstance(agent, WorkerAgent):
        traits = agent.about.traits
    else:
        traits = Traits() if isinstance(agent, Absent) else stock.adapters[spec.type].traits(spec.options)
    return Participant(
        agent=agent,
        type=spec.type,
        traits=traits,
        timeout=spec.timeout,
        stoppable=in_worker or traits.cancel == "task",
        about=_about(spec, agent, stock),
    )


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
            elif self._is_open:  # else another one that cannot be opened was told first
                log.warning("the agent `%s` did not close: %s: %s", self._name, type(failure).__name__, failure)


def _about(spec: AgentSpec, agent: Agent | Absent, stock: Stock) -> dict[str, Any]:
    """Where an agent runs (`inline`, `worker`, `environment`, or `nowhere`), and on which versions."""
    if isinstance(agent, Absent):
        return {"where": "nowhere", "versions": {}}
    if isinstance(agent, WorkerAgent):
        where = "environment" if spec.id in stock.pythons else "worker"
        return {"where": where, "versions": dict(agent.about.versions)}
    driven = [tested.distribution for tested in stock.adapters[spec.type].tested]
    return {"where": "inline", "versions": versions_of(driven)}


def _agent(spec: AgentSpec, stock: Stock) -> AbstractAsyncContextManager[Agent]:
    """One agent, to be opened. What the user made is imported here, before adapters import their frameworks in
    threads: modules that import each other in a circle do not bear two at once.
    """
    model = stock.models.get(spec.id)
    if model is not None and not model.key:  # clients demand one even where the address does not
        model = replace(model, key=NO_KEY)
    setup = Setup(agent=spec.id, seed=stock.seed, model=model, folder=str(stock.folder / spec.id))
    with _named(spec, stock):
        context = _context(spec, setup, stock)
    return _entered(spec, context, stock)


@asynccontextmanager
async def _entered(spec: AgentSpec, context: AbstractAsyncContextManager[Agent], stock: Stock) -> AsyncIterator[Agent]:
    with _named(spec, stock):
        try:
            agent = await context.__aenter__()
        except ConfigError:
            if spec.id in stock.pythons:  # the environment knows which option is wrong, and we the line
                from .environments import check_options

                await asyncio.to_thread(check_options, [spec], stock.pythons)
            raise
    try:
        yield agent
    finally:
        await context.__aexit__(None, None, None)


@contextmanager
def _named(spec: AgentSpec, stock: Stock) -> Iterator[None]:
    """Errors say which agent, and what its adapter advises."""
    try:
        yield
    except HubError as failure:
        if isinstance(failure, NoWorker) or failure.place is not None:
            raise
        adapter = stock.adapters.get(spec.type)
        hint = advised(failure, adapter.advice) if adapter else failure.hint
        raise ConfigError(f"agent `{spec.id}`: {failure.message}", place=spec.place, hint=hint) from failure
    except Exception as failure:
        what = f"agent `{spec.id}` cannot be opened: {type(failure).__name__}: {failure}"
        raise ConfigError(what, place=spec.place) from failure


def _context(spec: AgentSpec, setup: Setup, stock: Stock) -> AbstractAsyncContextManager[Agent]:
    if _moves_out(spec, stock):
        return _in_worker(spec, setup, stock)
    if spec.environment == "worker":
        raise ConfigError("an object given in code cannot move to a worker", hint="name it as `module:attribute`")
    adapter = stock.adapters[spec.type]
    append_to_path(stock.paths)
    target = spec.target
    if isinstance(target, str):
        adapter.before_import()
        target = resolve(target)
    context = partial(adapter.open, spec.options, replace(setup, target=target))
    return _on_background_loop(spec.id, context) if adapter.traits(spec.options).loop == "one" else context()


def _in_worker(spec: AgentSpec, setup: Setup, stock: Stock) -> AbstractAsyncContextManager[WorkerAgent]:
    return open_in_worker(
        spec.type,
        spec.options.model_dump(mode="json", exclude_unset=True),
        setup,
        spec.target if isinstance(spec.target, str) else None,
        python=str(stock.pythons.get(spec.id, sys.executable)),
        paths=stock.paths,
        log=stock.folder / spec.id / "worker.log",
        memory=spec.memory,
        variables=spec.pass_env,
    )


def _moves_out(spec: AgentSpec, stock: Stock) -> bool:
    """Whether the agent lives in a worker: it says so, it asks for what only a process of its own has, or only a kill
    stops it. An object that was made in code stays."""
    if spec.target is not None and not isinstance(spec.target, str):
        return False
    if spec.environment != "auto" or spec.needs_a_process:
        return spec.environment != "inline"
    return stock.adapters[spec.type].traits(spec.options).cancel == "kill"


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
