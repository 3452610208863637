"""The conversation with one worker process: open its agent, take turns, close."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from itertools import count

from ..contract import Host, Reply, Turn
from ..errors import HubError, NoWorker, PluginError, WorkerDied
from .exchange import Exchange
from .failures import to_error
from .launch import Launch
from .log import Log
from .memory import outgrown
from .messages import (
    LONGEST,
    VERSION,
    Beat,
    Cancel,
    Close,
    FromHub,
    FromWorker,
    Opened,
    Ready,
    Refused,
    Take,
    encode,
    from_worker,
)
from .process import Process


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Seconds. `start`: until the agent is open. `silence`: without a sign of life. `grace`: for a cancelled turn to
    end by itself. `close`: for the agent to be closed. `weigh`: between two looks at its memory. `trim`: between two
    looks at the length of its log."""

    start: float = 120.0
    silence: float = 60.0
    grace: float = 0.2
    close: float = 1.0
    weigh: float = 1.0
    trim: float = 0.5


class Session:
    """An agent that is open in a worker, from `open` until the process ends, for whatever reason."""

    def __init__(self, launch: Launch, limits: Limits) -> None:
        self._launch, self._limits, self._log = launch, limits, Log(launch.log)
        self._process = Process(self._receive, self._gone)
        self._opened: asyncio.Future[Opened] = asyncio.get_running_loop().create_future()
        self._exchange: Exchange | None = None
        self._tending: list[asyncio.Task[None]] = []
        self._outgrown = False
        self._numbers = count(1)
        self.ready = Ready(version=0)
        self.about: Opened

    @classmethod
    async def open(cls, order: bytes, launch: Launch, limits: Limits, memory: int | None = None) -> Session:
        """Start a worker that may hold `memory` bytes, and have it obey `order`, an encoded `Open`. Raises `HubError`;
        nothing is left then."""
        session = cls(launch, limits)
        try:
            await session._process.start(launch, session._log)
            session._tend(memory)
            session._process.send(order)
            session.about = await session._opening()
        except BaseException:
            session._opened.cancel()
            await session._process.end()
            raise
        session._process.watch(limits.silence)
        return session

    @property
    def over(self) -> bool:
        """Whether the process is gone, or about to be."""
        return self._process.dying

    async def take(self, turn: Turn, host: Host) -> Reply:
        """One turn; there is never more than one at a time. When it is cancelled and the agent does not stop, the
        process ends. Raises `TurnError`, as `WorkerDied` where the process ended by itself."""
        exchange = self._exchange = Exchange(next(self._numbers), host, self._answer)
        try:
            self._process.send(encode(Take(id=exchange.number, turn=turn)))
            await asyncio.wait([exchange.reply])
            return exchange.reply.result()
        except HubError as failure:
            failure.hint = failure.hint or self._withheld(failure.message)
            raise
        except asyncio.CancelledError:
            await self._cancel(exchange)
            raise
        finally:
            self._exchange = None
            exchange.close()

    async def close(self) -> None:
        """Close the agent; what is left of its process and its children ends."""
        self._say(Close())
        await self._process.end(self._limits.close)

    async def _opening(self) -> Opened:
        await asyncio.wait([self._opened], timeout=self._limits.start)
        if not self._opened.done():
            what = f"the agent was not open after {self._limits.start:g} s{self._last_lines()}"
            raise NoWorker(what, hint=self._hint())
        return self._opened.result()

    async def _cancel(self, exchange: Exchange) -> None:
        """Ask for the turn to stop. A thread that the adapter left running would disturb the next one."""
        stopped = False
        try:
            self._say(Cancel(id=exchange.number))
            await asyncio.wait([exchange.reply], timeout=self._limits.grace)
            stopped = exchange.reply.done() and self.about.traits.cancel == "task"
        finally:
            if not stopped:
                self._process.kill()

    def _tend(self, memory: int | None) -> None:
        """From now on, keep the log and the memory within their bounds."""
        self._tending.append(asyncio.create_task(self._trim()))
        if memory is not None:
            self._tending.append(asyncio.create_task(self._weigh(memory)))

    async def _trim(self) -> None:
        while True:
            await asyncio.sleep(self._limits.trim)
            await asyncio.to_thread(self._log.trim)

    async def _weigh(self, memory: int) -> None:
        """End the process when it holds more than that."""
        reason = await outgrown(self._launch.home, memory, self._limits.weigh)
        self._outgrown = True
        self._process.fail(reason)

    def _answer(self, line: bytes) -> None:
        self._process.send(line)
        if self._process.unread > LONGEST:
            self._process.fail("asks, and does not read the answers")

    def _say(self, message: FromHub) -> None:
        self._process.send(encode(message))

    def _receive(self, line: bytes) -> None:
        try:
            self._take(from_worker(line))
        except Exception as problem:
            self._process.fail(f"sent what the hub cannot use: {problem}")

    def _take(self, message: FromWorker) -> None:
        match message:
            case Beat():
                pass
            case Ready():
                self._meet(message)
            case Opened():
                self._settle(message)
            case Refused():
                self._settle(self._refusal(message))
            case _:
                if self._exchange is not None and self._exchange.number == message.id:
                    self._exchange.take(message)

    def _meet(self, ready: Ready) -> None:
        self.ready = ready
        if ready.version != VERSION:
            theirs = f"massgen-hub {ready.hub or 'unknown'} of {self._launch.python}"
            what = f"the worker speaks version {ready.version} of its protocol ({theirs}), this hub {VERSION}"
            self._settle(NoWorker(what, hint="install the same massgen-hub there as here"))

    def _settle(self, outcome: Opened | HubError) -> None:
        if self._opened.done():
            what = "opened its agent twice" if isinstance(outcome, Opened) else f"broke off: {outcome.message}"
            self._process.fail(what)
        elif isinstance(outcome, Opened):
            self._opened.set_result(outcome)
        else:
            self._opened.set_exception(outcome)

    def _refusal(self, refused: Refused) -> HubError:
        """What the worker says, with what it printed where an adapter fell over."""
        error = to_error(refused.failure, other=PluginError)
        printed = self._last_lines() if isinstance(error, PluginError) else ""
        return type(error)(error.message + printed, hint=self._withheld(error.message) or error.hint)

    def _withheld(self, said: str) -> str:
        """What to do where an error names a key that the worker is not given; else nothing."""
        kept = ", ".join(self._launch.withheld(said))
        if not kept:
            return ""
        instead = f"name it in the agent's entry, `pass_env: [{kept}]`, or let a factory take the argument `model`"
        return f"agents in workers see no variable of the hub that they are not given: {instead}"

    def _gone(self) -> None:
        """The process has ended: nobody may wait for it."""
        process = self._process
        for task in self._tending:
            task.cancel()
        self._log.trim()
        what = f"the agent's worker {process.how_it_ended}{self._last_lines()}"
        if not self._opened.done():
            self._opened.set_exception(NoWorker(what, hint=self._hint()))
        if self._exchange is not None:
            self._exchange.fail(WorkerDied(what, hint=self._hint(), transient=self._may_pass(self._exchange)))

    def _may_pass(self, exchange: Exchange) -> bool:
        """Whether a new process may do better. It will break the same rules again; but where this one had taken turns
        before, one turn alone may need less memory than they all left behind."""
        return not self._process.broken or (self._outgrown and exchange.number > 1)

    def _last_lines(self) -> str:
        lines = self._log.last_lines()
        return f"; the last it printed:\n{lines}" if lines else ""

    def _hint(self) -> str:
        if not self.ready.version:
            return f"can `{self._launch.python}` import massgen_hub?"
        return f"all that it printed is in {self._launch.log}" if self._launch.keeps_log else ""
