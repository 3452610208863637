"""Turns of one adapter's agents in an adapter's own tests, as fixtures:

server, take = fixtures(ADAPTER)  # in conftest.py

def test_it_is_brief(server, take):
    server.script("m", [say("Paris.")])
    assert take(draft(), system_message="Be brief.").text == "Paris."
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

from ..contract import Adapter, Agent, Host, Reply, Setup, Turn
from .host import RecordingHost
from .loops import run, taken
from .server import ModelServer
from .watching import other_tasks

T = TypeVar("T")

SECONDS_TO_END = 2.0
PATIENCE = 3.0
"""Seconds in which a client has hung up."""
ROUNDS_TO_END = 10


class Take:
    """Takes turns with agents that are opened for them, with a model of a scripted server."""

    def __init__(self, adapter: Adapter, server: ModelServer, folder: Path | None = None) -> None:
        self._adapter, self._server, self._folder = adapter, server, folder

    def __call__(
        self, *turns: Turn, host: Host | None = None, target: Any = None, model: str | None = "m", **options: Any
    ) -> Reply:
        """The reply of one agent to the last of the turns. Raises what a turn raises.

        `target`: an object of the user's. `model`: what the agent's entry names; None: nothing.
        """

        async def all_taken() -> Reply:
            async with self._opened(target, model, options) as agent:
                return [await taken(agent, turn, host or RecordingHost()) for turn in turns][-1]

        return self._run(all_taken(), options)

    def cancelled(
        self,
        turn: Turn,
        reached: Callable[[], Awaitable[Any]],
        *,
        host: RecordingHost | None = None,
        target: Any = None,
        model: str | None = "m",
        **options: Any,
    ) -> tuple[RecordingHost, set[asyncio.Task[Any]]]:
        """What a turn that is cancelled when it has `reached` something told its host, and the tasks that it left.

        Fails where the turn does not end at once, or a client still listens after `PATIENCE`.
        """

        async def scene() -> tuple[RecordingHost, set[asyncio.Task[Any]]]:
            heard = host or RecordingHost()
            async with self._opened(target, model, options) as agent:
                before = other_tasks()
                await _cancelled(asyncio.ensure_future(taken(agent, turn, heard)), reached)
                for request in self._server.requests:  # told before the agent is closed, which would hang up too
                    hung_up = await asyncio.to_thread(request.answered.wait, PATIENCE)
                    assert hung_up, f"the client of request {request.number} still listens"
                for _ in range(ROUNDS_TO_END):
                    await asyncio.sleep(0)
                return heard, other_tasks() - before

        return self._run(scene(), options)

    @asynccontextmanager
    async def _opened(self, target: Any, model: str | None, options: dict[str, Any]) -> AsyncIterator[Agent]:
        place = self._server.model(model) if model else None
        folder = str(self._folder) if self._folder else None
        setup = Setup(agent="ada", seed=1, model=place, target=target, folder=folder)
        async with self._adapter.open(self._adapter.options(**options), setup) as agent:
            yield agent

    def _run(self, work: Coroutine[Any, Any, T], options: dict[str, Any]) -> T:
        return run(work, loop=self._adapter.traits(self._adapter.options(**options)).loop)


async def _cancelled(turn: asyncio.Future[Reply], reached: Callable[[], Awaitable[Any]]) -> None:
    waiting = asyncio.ensure_future(reached())
    await asyncio.wait([waiting, turn], return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    assert not turn.done(), f"it ended before it could be cancelled: {turn}"
    turn.cancel()
    await asyncio.wait([turn], timeout=SECONDS_TO_END)
    assert turn.cancelled(), f"it was cancelled, and did not end so: {turn}"


def fixtures(adapter: Adapter) -> tuple[Any, Any]:
    """Two fixtures of pytest: `server`, a `ModelServer`, and `take`, a `Take` of the adapter on its model `m`."""
    import pytest

    @pytest.fixture
    def server() -> Iterator[ModelServer]:
        with ModelServer() as running:
            yield running

    @pytest.fixture
    def take(server: ModelServer, tmp_path: Path) -> Take:
        return Take(adapter, server, tmp_path)

    return server, take
