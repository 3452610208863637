"""A host for agents that block a thread of their own."""

import asyncio
from concurrent.futures import CancelledError

import pytest
from massgen_hub.contract import Question
from massgen_hub.errors import NotAvailable
from massgen_hub.kit import ThreadedHost, in_thread
from massgen_hub.testing import RecordingHost


def test_a_question_from_a_thread_that_nobody_answers_is_told() -> None:
    async def asking() -> str:
        host = ThreadedHost(RecordingHost())
        return await in_thread(lambda: host.ask_and_wait(Question(text="Which colour?")), "asking")

    with pytest.raises(NotAvailable, match="nobody answers: Which colour"):
        asyncio.run(asking())


def test_a_thread_that_waits_for_a_person_is_let_go_when_its_turn_is_cancelled() -> None:
    class Silent(RecordingHost):
        async def ask(self, question: Question) -> str:
            asked.set()
            return await asyncio.Event().wait()  # type: ignore[return-value]

    async def cancelled() -> None:
        host = ThreadedHost(Silent())
        waiting = asyncio.create_task(in_thread(lambda: host.ask_and_wait(Question(text="?")), "asking"))
        await asked.wait()
        host.stop_waiting()
        await waiting

    asked = asyncio.Event()
    with pytest.raises(CancelledError):
        asyncio.run(cancelled())
