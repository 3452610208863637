"""Where turns come in and replies go out, in the worker."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Mapping
from itertools import count
from typing import Any

from ..contract import JSON, Activity, Agent, Question, Reply, Usage
from ..errors import HubError, PluginError
from .failures import to_error, to_failure
from .link import Link
from .messages import Answer, Ask, Call, Cancel, Close, Failed, FromHub, Note, Replied, Say, Spend, Take

PATIENCE = 0.5
"""Seconds for turns that are running when the agent is closed."""


class Desk:
    """The open agent, the turns it takes, and the questions it waits for."""

    def __init__(self, link: Link, agent: Agent) -> None:
        self.link, self._agent = link, agent
        self._turns: dict[int, asyncio.Task[None]] = {}
        self._answers: dict[int, asyncio.Future[JSON]] = {}
        self.numbers = count(1)
        self._closing = False

    async def serve(self) -> None:
        """Until the hub says `Close`."""
        while not isinstance(message := await self.link.receive(), Close):
            self._handle(message)
        self._closing = True
        running = list(self._turns.values())
        for turn in running:
            turn.cancel()
        if running:
            await asyncio.wait(running, timeout=PATIENCE)

    def _handle(self, message: FromHub) -> None:
        match message:
            case Take():
                self._turns[message.id] = asyncio.create_task(self._take(message))
            case Cancel():
                if turn := self._turns.get(message.id):
                    turn.cancel()
            case Answer():
                self._settle(message)
            case _:
                raise PluginError(f"an agent is open here already; not expected: {message!r:.80}")

    async def _take(self, message: Take) -> None:
        try:
            reply = _as_reply(await self._agent(message.turn, RemoteHost(self, message.id)))
            self.link.send(Replied(id=message.id, reply=reply))
        except BaseException as failure:
            log(failure)
            if not self._closing:  # that it ends is no failure of the agent
                self.link.send(Failed(id=message.id, failure=to_failure(failure)))
        finally:
            del self._turns[message.id]

    def _settle(self, answer: Answer) -> None:
        waiting = self._answers.pop(answer.ask, None)
        if waiting is None or waiting.done():
            return
        if answer.failure is not None:
            waiting.set_exception(to_error(answer.failure))
        else:
            waiting.set_result(answer.value)

    async def answer(self, question: Ask | Call) -> JSON:
        """Send a question to the hub and wait for what it says. Raises what it says, too."""
        waiting = self._answers[question.ask] = asyncio.get_running_loop().create_future()
        try:
            self.link.send(question)
            return await waiting
        finally:
            self._answers.pop(question.ask, None)


class RemoteHost:
    """The host of one turn, at the other end of the wire."""

    def __init__(self, desk: Desk, turn: int) -> None:
        self._desk, self._turn = desk, turn

    def say(self, text: str, part: int = 0) -> None:
        """Stream a piece of text."""
        self._report(Say(id=self._turn, text=text, part=part))

    def note(self, activity: Activity) -> None:
        """Report what the agent does."""
        self._report(Note(id=self._turn, activity=activity))

    def spend(self, usage: Usage) -> None:
        """Report usage."""
        self._report(Spend(id=self._turn, usage=usage))

    def _report(self, report: Say | Note | Spend) -> None:
        """Send it; what cannot be sent is left out and told in the log, and does not disturb the agent."""
        try:
            self._desk.link.send(report)
        except Exception as failure:
            traceback.print_exception(failure)

    async def ask(self, question: Question) -> str:
        """Put a question."""
        answer = await self._desk.answer(Ask(id=self._turn, ask=next(self._desk.numbers), question=question))
        return str(answer)

    async def call(self, tool: str, arguments: Mapping[str, JSON]) -> JSON:
        """Run a tool of the hub."""
        number = next(self._desk.numbers)
        return await self._desk.answer(Call(id=self._turn, ask=number, tool=tool, arguments=arguments))


def log(failure: BaseException) -> None:
    """Leave the way to a failure in the log. An error of our own says all, unless it stands for another one."""
    origin = failure.__cause__ if isinstance(failure, HubError) else failure
    if origin is not None and not isinstance(origin, asyncio.CancelledError):
        traceback.print_exception(origin)


def _as_reply(said: Any) -> Reply:
    reply = Reply(text=said) if isinstance(said, str) else said
    if isinstance(reply, Reply) and isinstance(reply.text, str):
        return reply
    raise TypeError(f"the agent returned {said!r:.80}; expected a Reply with text, or a str")
