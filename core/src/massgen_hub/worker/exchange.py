"""One turn on its way through a worker."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from ..contract import JSON, Host, Reply
from .failures import to_error, to_failure
from .messages import Answer, Ask, Call, Failed, Note, OfTurn, Replied, Say, Spend, encode

MOST_QUESTIONS = 1000
"""Questions and calls of a turn that may wait for an answer at the same time."""


class Exchange:
    """Passes what the agent reports on to the host, in order, and answers what it asks, until `reply` is there."""

    def __init__(self, number: int, host: Host, send: Callable[[bytes], None]) -> None:
        self.number, self._host, self._send = number, host, send
        self.reply: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self._answering: set[asyncio.Task[None]] = set()

    def take(self, message: OfTurn) -> None:
        """A message of this turn; after the reply there is nothing more to say."""
        if self.reply.done():
            return
        match message:
            case Say():
                self._host.say(message.text, message.part)
            case Note():
                self._host.note(message.activity)
            case Spend():
                self._host.spend(message.usage)
            case Ask() | Call():
                if len(self._answering) == MOST_QUESTIONS:
                    raise ValueError(f"more than {MOST_QUESTIONS:,} questions at once")
                task = asyncio.create_task(self._answer(message))
                self._answering.add(task)
                task.add_done_callback(self._answering.discard)
            case Replied():
                self.reply.set_result(message.reply)
            case Failed():
                self.reply.set_exception(to_error(message.failure))

    def fail(self, error: Exception) -> None:
        """End the turn, unless it has a reply."""
        if not self.reply.done():
            self.reply.set_exception(error)

    def close(self) -> None:
        """Nobody waits for this turn any more."""
        for task in self._answering:
            task.cancel()
        if not self.reply.cancel():
            self.reply.exception()  # seen, so that asyncio does not complain about it

    async def _answer(self, question: Ask | Call) -> None:
        try:
            line = encode(Answer(ask=question.ask, value=await self._value(question)))
        except Exception as failure:
            line = encode(Answer(ask=question.ask, failure=to_failure(failure)))
        self._send(line)

    async def _value(self, question: Ask | Call) -> JSON:
        if isinstance(question, Ask):
            return await self._host.ask(question.question)
        return await self._host.call(question.tool, question.arguments)
