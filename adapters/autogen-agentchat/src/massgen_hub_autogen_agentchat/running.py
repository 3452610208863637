"""One run of an agent or a team, through the questions it asks, to its end."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Coroutine, Iterator
from contextlib import aclosing
from typing import Any

from autogen_agentchat.messages import BaseChatMessage, HandoffMessage, TextMessage
from massgen_hub.contract import Question
from massgen_hub.errors import TurnError
from massgen_hub.kit import ask

from .course import Course
from .listening import Listener
from .parts import Runner

AGAIN_AFTER = 0.1
"""Seconds in which a task that was cancelled may clean up."""
TRIES = 20


class Run:
    """One run of a copy, from which alone a decision may come."""

    def __init__(self, course: Course, runner: Runner, mute: Collection[str]) -> None:
        self.listener = Listener(course, mute, runner.name)
        self._course, self._runner = course, runner

    async def to_the_end(self, prompt: str) -> list[BaseChatMessage]:
        """All messages, up to a decision. Raises what a model or a person raised, else a `TurnError` of a team."""
        try:
            with self.listener.calls:
                return await self._stoppable(self._through_questions(prompt))
        except RuntimeError as raised:
            raise self._reason(raised) from raised
        finally:
            await self._course.hang_up()

    async def _through_questions(self, prompt: str) -> list[BaseChatMessage]:
        given: BaseChatMessage = TextMessage(content=prompt, source="user")
        messages: list[BaseChatMessage] = []
        while True:
            messages += await self._to_a_pause(given)
            handed = messages[-1] if messages and self.listener.decision is None else None
            if not isinstance(handed, HandoffMessage) or handed.target in getattr(
                self._runner, "_participant_names", ()
            ):
                return messages
            answer = await ask(self._course.host, Question(text=_question(handed)))
            given = HandoffMessage(content=answer, source=handed.target, target=handed.source)

    async def _to_a_pause(self, given: BaseChatMessage) -> list[BaseChatMessage]:
        """What is said until the run ends, or a decision is made."""
        said: list[BaseChatMessage] = []
        stream = self._runner.run_stream(task=given, cancellation_token=self._course.token, output_task_messages=False)
        async with aclosing(stream) as events:
            async for event in events:
                if isinstance(event, BaseChatMessage) and event.id == given.id:
                    continue
                self.listener.hear(event)
                if isinstance(event, BaseChatMessage):
                    said.append(event)
                if self.listener.decision is not None:
                    break
        return said

    async def _stoppable(self, work: Coroutine[Any, Any, list[BaseChatMessage]]) -> list[BaseChatMessage]:
        """Wait for the work; when the wait is cancelled, so is all that belongs to it, until it has ended.

        The token goes first, and ends most of it. Tasks come second, as an assistant waits for ever for a tool that the
        token has ended, and those of members come before that of their team, which waits for them.
        """
        run = asyncio.ensure_future(work)
        try:
            return await asyncio.shield(run)
        except asyncio.CancelledError:
            self._course.token.cancel()
            for _ in range(TRIES):
                await asyncio.wait([run], timeout=AGAIN_AFTER)
                if run.done():
                    break
                for task in [*self._members()] or [run]:
                    task.cancel()
            raise

    def _members(self) -> Iterator[asyncio.Task[Any]]:
        """What the members of all teams do."""
        for runtime in self._course.runtimes:
            yield from runtime._background_tasks

    def _reason(self, told: RuntimeError) -> Exception:
        """What a team failed for: it keeps the text of an exception, and its traceback."""
        said = str(told)
        for failure in reversed(self._course.failures):
            if (str(failure) or type(failure).__name__) in said:
                return failure
        first, traceback, _ = said.partition("\nTraceback:\n")
        return TurnError(f"the team failed: {first}") if traceback else told


def _question(handed: HandoffMessage) -> str:
    """What was said with the handoff, and the handoff."""
    said = [message.content for message in handed.context if isinstance(message.content, str)]
    return "\n".join([*said, handed.content])
