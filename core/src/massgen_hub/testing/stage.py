"""Where an adapter's agents are opened to be tested: in this process, or in workers behind the gateway."""

from __future__ import annotations

import asyncio
import shutil
import threading
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Coroutine, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, ClassVar, Self, TypeVar

from ..contract import JSON, Adapter, Agent, Host, Model, Reply, Setup, Traits, Turn, Usage
from ..plugins import Registry
from ..targets import resolve
from ..worker import open_in_worker
from . import spy
from .host import RecordingHost
from .loops import run, taken
from .replies import Script
from .server import ModelServer, Request

T = TypeVar("T")
AGENTS = ("ada", "bob", "cy")
"""Each has a model of its own name."""
SECONDS = 120.0


@dataclass(frozen=True, kw_only=True)
class Case:
    """One kind of agent: an adapter, options, and the user's object (`module:attribute`, imported beside `folder`)."""

    adapter: Adapter
    options: Mapping[str, JSON] = field(default_factory=dict)
    target: str | None = None
    folder: Path = Path()

    @property
    def traits(self) -> Traits:
        """What the adapter says of this kind."""
        return self.adapter.traits(self.made_options())

    def made_options(self) -> Any:
        """The options as the adapter takes them."""
        return self.adapter.options(**self.options)


@dataclass(frozen=True, kw_only=True)
class Taken:
    """What became of one turn. `failure` stands in place of a reply."""

    reply: Reply
    host: RecordingHost
    requests: list[Request]
    failure: BaseException | None = None


class Stage(ABC):
    """Opens the agents of a case, each on a scripted model of its own name. A context manager."""

    way: ClassVar[str]

    def __init__(self, case: Case) -> None:
        self.case = case
        self.server = ModelServer()
        self._folder = TemporaryDirectory(prefix="massgen-hub-", ignore_cleanup_errors=True)
        self.folder = Path(self._folder.name)

    def __enter__(self) -> Self:
        self.server.__enter__()
        return self

    def __exit__(self, *_exception: object) -> None:
        self.server.__exit__()
        self._folder.cleanup()

    @abstractmethod
    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine to its end, in an event loop in which agents may be opened."""

    @abstractmethod
    def opened(self, agent: str = "ada") -> AbstractAsyncContextManager[Agent]:
        """One of `AGENTS`, open."""

    def take(self, turn: Turn, script: Script, host: RecordingHost | None = None) -> Taken:
        """One turn of ada. Raises what the turn raises."""
        taken = self.outcome(turn, script, host)
        if taken.failure is not None:
            raise taken.failure
        return taken

    def outcome(self, turn: Turn, script: Script, host: RecordingHost | None = None) -> Taken:
        """One turn of ada, with the failure in place of the reply if it raises one."""
        heard, before = host or RecordingHost(), len(self.server.requests)
        self.server.script("ada", script)
        try:
            reply, failure = self.run(self.turn(turn, heard)), None
        except Exception as raised:
            reply, failure = Reply(), raised
        return Taken(reply=reply, host=heard, requests=self.server.requests[before:], failure=failure)

    async def turn(self, turn: Turn, host: Host, agent: str = "ada") -> Reply:
        """One turn of one agent."""
        async with self.opened(agent) as open_agent:
            return await taken(open_agent, turn, host)


class Inline(Stage):
    """Agents in this process, talking to the scripted model; opened anew for every turn."""

    way = "inline"

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run it in a fresh event loop, or in the lasting one where the traits ask for that."""
        return run(work, loop=self.case.traits.loop, seconds=SECONDS)

    def setup(self, agent: str, target: Any = None) -> Setup:
        """What an agent is opened with. `target`: an object in place of the one that the case names."""
        if target is None and self.case.target is not None:
            target = resolve(self.case.target, [str(self.case.folder)])
        return Setup(agent=agent, seed=1, model=self.server.model(agent), target=target, folder=str(self.folder))

    @asynccontextmanager
    async def opened(self, agent: str = "ada", target: Any = None) -> AsyncIterator[Agent]:
        """One of `AGENTS`, or one made of `target`."""
        context = self.case.adapter.open(self.case.made_options(), self.setup(agent, target))
        async with context as open_agent:
            yield open_agent


class Workers(Stage):
    """Agents in processes of their own that stay warm, behind the gateway, as the hub runs them. Each is watched."""

    way = "worker"

    def __init__(self, case: Case) -> None:
        super().__init__(case)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="massgen-hub stage", daemon=True)
        self._stack = AsyncExitStack()
        self._models: Mapping[str, Model] = {}
        self._agents: dict[str, Agent] = {}
        self.printed_first = ""

    def __enter__(self) -> Self:
        super().__enter__()
        self._thread.start()
        gateway = _registry().models["gateway"].connect
        assert gateway is not None
        asked = {agent: self.server.model(agent) for agent in AGENTS}
        self._models = self.run(self._stack.enter_async_context(gateway(asked, _not_metered)))
        return self

    def __exit__(self, *exception: object) -> None:
        self.run(self._stack.aclose())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        super().__exit__(*exception)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run it in the loop that the workers belong to."""
        return asyncio.run_coroutine_threadsafe(asyncio.wait_for(work, SECONDS), self._loop).result()

    @asynccontextmanager
    async def opened(self, agent: str = "ada") -> AsyncIterator[Agent]:
        """One of `AGENTS`, in the process that it has had from its first turn on."""
        if agent not in self._agents:
            self._agents[agent] = await self._stack.enter_async_context(self._worker(agent))
            self.printed_first += self.printed(agent)
        yield self._agents[agent]

    def printed(self, agent: str = "ada") -> str:
        """All that the process of an agent has printed; `printed_first` is what it all printed while it opened."""
        log = self._log(agent)
        return log.read_text(errors="replace") if log.exists() else ""

    def seen(self, agent: str = "ada") -> list[str]:
        """What the process of an agent has done behind the hub's back: where it asked, and wrote."""
        diary = self._spy(agent) / spy.DIARY
        return list(dict.fromkeys(diary.read_text().splitlines()))

    def _worker(self, agent: str) -> AbstractAsyncContextManager[Agent]:
        case, folder = self.case, self.folder / agent
        setup = Setup(agent=agent, seed=1, model=self._models[agent], folder=str(folder))
        options = case.made_options().model_dump(mode="json", exclude_unset=True)
        paths = [str(case.folder)] if case.target else []
        return open_in_worker(
            case.adapter.name,
            options,
            setup,
            case.target,
            paths=paths,
            log=self._log(agent),
            modules=[self._spy(agent)],
        )

    def _log(self, agent: str) -> Path:
        return self.folder / f"{agent}.log"

    def _spy(self, agent: str) -> Path:
        """The folder of the module that every process imports by itself."""
        folder = self.folder / f"{agent}.spy"
        if not folder.exists():
            folder.mkdir()
            shutil.copy(spy.__file__, folder / "sitecustomize.py")
        return folder


def missing_for_workers(adapter: Adapter) -> str | None:
    """Why agents of this adapter cannot be opened in workers here, if they cannot."""
    registry = _registry()
    if adapter.name not in registry.adapters:
        return "it is not installed as a plugin, so that no worker finds it"
    if "gateway" not in registry.models:
        return 'the gateway is not installed: pip install "massgen-hub[testing]"'
    return None


@cache
def _registry() -> Registry:
    return Registry()


def in_folder(turn: Turn, folder: Path) -> Turn:
    """The turn, working in a folder."""
    folder.mkdir(exist_ok=True, parents=True)
    return replace(turn, folder=str(folder))


def _not_metered(_agent: str, _usage: Usage) -> None:
    """The model server itself knows what was spent."""
