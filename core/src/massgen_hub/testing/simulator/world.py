"""What the agents of one simulated run share: the seed, what each of them really said, and who is at work."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from random import Random
from typing import Any, Protocol, TypeAlias

from ...consensus.settings import AnswerForm
from ...contract import Host, Reply, Turn

Key: TypeAlias = tuple[str, int, int]
"""A turn: agent, round, attempt."""


class World:
    """Made inside the loop of the run. `over` is set when the run has ended: whoever still works may stop."""

    def __init__(self, seed: int, form: AnswerForm) -> None:
        self.seed, self.form = seed, form
        self.said: dict[Key, Reply] = {}
        self.given: dict[str, list[str]] = {}
        self.met: Counter[str] = Counter()
        self.over = asyncio.Event()
        self._inside: dict[asyncio.Task[Any], str] = {}
        self._own: set[asyncio.Task[Any]] = set()

    @contextmanager
    def visit(self, agent: str) -> Iterator[None]:
        """While an agent works on a turn, the task that runs it is known."""
        task = asyncio.current_task()
        assert task is not None
        self._inside[task] = agent
        try:
            yield
        finally:
            del self._inside[task]

    def hear(self, turn: Turn, reply: object) -> None:
        """Keep what an agent said to a turn."""
        heard = Reply(text=reply) if isinstance(reply, str) else reply
        if isinstance(heard, Reply):
            self.said[turn.agent, turn.round, turn.attempt] = heard
            if turn.kind == "draft":
                self.given.setdefault(turn.agent, []).append(heard.text)

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Let an agent go on with something after its turn."""
        task = asyncio.get_running_loop().create_task(work)
        self._own.add(task)
        task.add_done_callback(self._own.discard)

    def at_work(self) -> tuple[str, ...]:
        """The agents that still work on a turn, sorted."""
        return tuple(sorted(set(self._inside.values())))

    def strangers(self, loop: asyncio.AbstractEventLoop) -> tuple[str, ...]:
        """The tasks, by what they run, that belong neither to an agent nor to whoever asks."""
        known = {*self._inside, *self._own, asyncio.current_task(loop)}
        return tuple(sorted(getattr(task.get_coro(), "__qualname__", "") for task in asyncio.all_tasks(loop) - known))


class Scene:
    """One turn as a simulated agent meets it."""

    def __init__(self, turn: Turn, host: Host, rng: Random, world: World) -> None:
        self.turn, self.host, self.rng, self.world = turn, host, rng, world

    async def think(self) -> None:
        """Take the time of a model call: usually seconds, sometimes none, sometimes exactly as long as others."""
        luck = self.rng.random()
        if luck > 0.1:
            await asyncio.sleep(float(self.rng.randint(1, 3)) if luck < 0.3 else self.rng.expovariate(0.3))

    async def insist(self, seconds: float) -> None:
        """Take so long and swallow every cancellation meanwhile, until the run is over."""
        loop = asyncio.get_running_loop()
        ends = loop.time() + seconds
        while not self.world.over.is_set() and (left := ends - loop.time()) > 0:
            try:
                async with asyncio.timeout(left):
                    await self.world.over.wait()
            except (asyncio.CancelledError, TimeoutError):
                continue

    def stream(self, text: str, pieces: int = 3) -> None:
        """Say the beginning of a text in pieces."""
        size = max(1, min(len(text), 3000) // pieces)
        for start in range(0, size * pieces, size):
            self.host.say(text[start : start + size])


class Fault(Protocol):
    """Something that goes wrong in a turn: from its scene to what the agent returns, if it does."""

    __name__: str

    async def __call__(self, scene: Scene, /) -> Any:
        """Play the turn."""


def named(*faults: Fault) -> dict[str, Fault]:
    """Faults by their names."""
    return {fault.__name__: fault for fault in faults}
