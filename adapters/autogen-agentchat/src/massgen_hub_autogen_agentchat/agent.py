"""Takes the turns of the hub with an agent or a team of AutoGen."""

from __future__ import annotations

from autogen_agentchat.messages import ToolCallSummaryMessage
from massgen_hub.contract import Host, Reply, Turn
from massgen_hub.kit import refuses_tools, unfinished

from .answers import Answers
from .copies import fresh
from .course import Course
from .options import AutogenAgentchatOptions
from .parts import Runner, voter_of
from .running import Run
from .voting import Ballot


class HubAgent:
    """An agent of the hub. The user's stays as it is: every turn is one of a copy.

    `bounded`: it was made from options, and has said nothing where its last word is the result of a tool.
    """

    def __init__(self, runner: Runner, options: AutogenAgentchatOptions, *, bounded: bool) -> None:
        self._runner, self._voter = runner, voter_of(runner, options.voter)
        self._answers = Answers(runner, options.voter)
        self._bound = options.max_turns if bounded else None
        info = self._voter._model_client.model_info if self._voter else {}
        self._takes_tools = bool(info.get("function_calling"))

    async def __call__(self, turn: Turn, host: Host) -> Reply:
        """Answer the turn. Raises what the run raises, and a `TurnError` for one without an end."""
        if turn.schema is None or self._voter is None:
            return await self._answer(turn, host)
        return await self._decide(Ballot(turn.schema), turn, host)

    async def _answer(self, turn: Turn, host: Host) -> Reply:
        course = Course(turn, host)
        run = Run(course, await fresh(self._runner, course), self._answers.mute)
        messages = await run.to_the_end(turn.prompt)
        if self._bound and messages and isinstance(messages[-1], ToolCallSummaryMessage):
            raise unfinished(self._bound, "max_turns")
        reply = Reply(text=self._answers.of(messages))
        run.listener.voices.finish(reply.text)
        return reply

    async def _decide(self, ballot: Ballot, turn: Turn, host: Host) -> Reply:
        """A server that refuses the tools is asked for text, from then on."""
        if self._takes_tools:
            course = Course(turn, host, ballot.names)
            try:
                return await self._cast(ballot, turn, course)
            except Exception as failure:
                if course.answered or not refuses_tools(failure):
                    raise
        reply = await self._cast(ballot, turn, Course(turn, host))
        self._takes_tools = False
        return reply

    async def _cast(self, ballot: Ballot, turn: Turn, course: Course) -> Reply:
        voter = await fresh(self._voter, course)
        run = Run(course, ballot.given_to(voter, course), self._answers.mute)
        messages = await run.to_the_end(turn.prompt)
        reply = run.listener.decision or Reply(text=self._answers.of(messages))
        run.listener.voices.finish(reply.text)
        return reply
