"""How a turn ends that nobody waits for any more."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from ...contract import Reply
from ..host import RecordingHost
from ..loops import taken
from ..replies import Gate, hang
from ..stage import Inline, Stage
from ..turns import draft
from ..watching import children, other_tasks
from .base import Contract

PATIENCE = 3.0
"""Seconds in which a client has hung up."""
DEADLINE = 0.3
ROUNDS_TO_END = 10


class EndsWhenItIsTold(Contract):
    """Promises about cancelling, deadlines and closing."""

    def test_a_cancelled_turn_ends_at_once(self, stage: Stage) -> None:
        outcome, _ = self._cancelled(stage)
        assert isinstance(outcome, asyncio.CancelledError), f"the turn ended with {outcome!r}"

    def test_a_cancelled_turn_hangs_up_on_the_model(self, stage: Stage) -> None:
        self._needs_a_worker_for_kills(stage)
        _, hung_up = self._cancelled(stage)
        assert hung_up, f"the client still listened after {PATIENCE:g} seconds"

    def test_a_deadline_gives_a_timeout_and_no_answer(self, stage: Stage) -> None:
        stage.server.script("ada", lambda _body: hang("Paris is"))

        async def late() -> Reply:
            async with stage.opened() as agent:
                return await asyncio.wait_for(taken(agent, draft(), RecordingHost()), DEADLINE)

        with pytest.raises(TimeoutError):
            stage.run(late())

    def test_it_works_after_a_cancelled_turn(self, stage: Stage) -> None:
        self._needs_a_worker_for_kills(stage)
        self._cancelled(stage)
        assert stage.take(draft(round=2), self.says("Paris.")).reply.text == "Paris."

    def test_a_cancelled_turn_leaves_nothing_running(self, inline: Inline) -> None:
        self._needs_a_worker_for_kills(inline)
        before = children()
        tasks = inline.run(self._tasks_after_a_cancelled_turn(inline))
        assert tasks == set()
        assert children() <= before

    def test_closing_leaves_nothing_running(self, inline: Inline) -> None:
        before = children()
        inline.server.script("ada", self.says("Paris."))

        async def once() -> set[str]:
            known = other_tasks()
            await inline.turn(draft(), RecordingHost())
            return await _still_running(known)

        assert inline.run(once()) == set()
        assert children() <= before

    def _needs_a_worker_for_kills(self, stage: Stage) -> None:
        if stage.way == "inline" and self.case.traits.cancel == "kill":
            pytest.skip("only the end of its process stops it")

    def _cancelled(self, stage: Stage) -> tuple[object, bool]:
        """How a turn ends that is cancelled while the model speaks, and whether its client has hung up."""
        return stage.run(self._cancel(stage))

    async def _cancel(self, stage: Stage) -> tuple[object, bool]:
        gate, before = Gate(), len(stage.server.requests)
        stage.server.script("ada", [hang("Par", gate)])
        async with stage.opened() as agent:
            turn = asyncio.create_task(taken(agent, draft(), RecordingHost()))
            await reached(gate, turn)
            turn.cancel()
            await asyncio.wait([turn], timeout=5)
            # Told before the agent is closed, which would hang up too.
            hung_up = await asyncio.to_thread(stage.server.requests[before].answered.wait, self._patience(stage))
            return _outcome(turn), hung_up

    def _patience(self, stage: Stage) -> float:
        """Seconds in which a client must have hung up. None where only the end of its process stops a turn."""
        return 0.0 if stage.way == "inline" and self.case.traits.cancel == "kill" else PATIENCE

    async def _tasks_after_a_cancelled_turn(self, stage: Inline) -> set[str]:
        known = other_tasks()
        await self._cancel(stage)
        return await _still_running(known)


async def _still_running(known: set[asyncio.Task[Any]]) -> set[str]:
    """The tasks that were started and do not end by themselves in the next rounds of the loop."""
    for _ in range(ROUNDS_TO_END):
        await asyncio.sleep(0)
    return {repr(task) for task in other_tasks() - known}


def _outcome(turn: asyncio.Task[Reply]) -> object:
    if not turn.done():
        return "no end within 5 seconds"
    return asyncio.CancelledError() if turn.cancelled() else turn.exception() or turn.result()


async def reached(gate: Gate, turn: asyncio.Task[Reply]) -> None:
    """Wait until the model holds its reply back, or the turn has ended without asking it."""
    waiting = asyncio.create_task(asyncio.to_thread(gate.reached.wait, 60))
    await asyncio.wait([waiting, turn], return_when=asyncio.FIRST_COMPLETED)
    if turn.done():
        gate.reached.set()
    assert await waiting, "the model was not asked within 60 seconds"
