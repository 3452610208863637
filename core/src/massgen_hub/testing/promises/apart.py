"""What an adapter keeps apart: agents, turns, runs, and the user's own object."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import replace

import pytest

from ...contract import JSON, Reply
from ...kit import users_agent
from ...targets import resolve
from ..host import RecordingHost
from ..loops import taken
from ..replies import Gate, ModelReply, Script
from ..server import Request, heard
from ..stage import AGENTS, Inline, Stage
from ..turns import draft, vote
from ..watching import public_state
from .base import BALLOT, Contract, needs
from .endings import reached

SECRET = "SECRET-1"  # noqa: S105 - what an agent is told, and must not tell another


class KeepsThingsApart(Contract):
    """Promises about memory and mix-ups."""

    def test_two_agents_share_no_memory(self, stage: Stage) -> None:
        for agent in AGENTS[:2]:
            stage.server.script(agent, self.says("Noted."))

        async def both() -> None:
            await stage.turn(draft(f"Remember {SECRET}."), RecordingHost())
            await stage.turn(draft("What do you remember?", agent="bob"), RecordingHost(), "bob")

        before = len(stage.server.requests)
        stage.run(both())
        asked = stage.server.requests[before:]
        assert {request.body["model"] for request in asked} == {"ada", "bob"}
        assert not [r for r in asked if r.body["model"] == "bob" and SECRET in heard(r)]

    def test_a_turn_remembers_nothing_of_the_last(self, stage: Stage) -> None:
        if self.case.traits.memory:
            pytest.skip("it declares a memory")
        assert SECRET not in heard(self._asked_after_a_secret(stage))

    @needs("memory")
    def test_what_it_remembers_is_a_valid_conversation(self, stage: Stage) -> None:
        last = self._asked_after_a_secret(stage)
        assert SECRET in heard(last)
        assert last.invalid == []

    def _asked_after_a_secret(self, stage: Stage) -> Request:
        """What the model is asked last in a turn after one that held a secret."""
        stage.server.script("ada", self.says("Noted."))

        async def two() -> None:
            async with stage.opened() as agent:
                await taken(agent, draft(f"Remember {SECRET}."), RecordingHost())
                await taken(agent, draft("What do you remember?", round=2), RecordingHost())

        stage.run(two())
        return stage.server.requests[-1]

    def test_replies_are_those_of_the_agents_in_any_order(self, stage: Stage) -> None:
        replies, hosts = stage.run(self._crossed(stage))
        assert replies == [f"I am {agent}" for agent in AGENTS]
        assert [host.text for host in hosts if host.said] in ([], replies)

    def test_two_runs_in_a_row_are_alike(self, inline: Inline) -> None:
        first, second = (inline.take(draft(), self.says("Paris.")) for _ in range(2))
        assert (first.reply.text, second.reply.text) == ("Paris.", "Paris.")
        assert [heard(r) for r in first.requests] == [heard(r) for r in second.requests]

    def test_two_runs_at_once_in_one_process_do_not_meet(self, inline: Inline) -> None:
        with ExitStack() as stack:
            other = stack.enter_context(Inline(self.case))
            for stage, text in ((inline, "first"), (other, "second")):
                stage.server.script("ada", self.says(text))

            async def both() -> list[Reply]:
                turns = [stage.turn(draft(run=stage.server.base_url), RecordingHost()) for stage in (inline, other)]
                return list(await asyncio.gather(*turns))

            assert [reply.text for reply in inline.run(both())] == ["first", "second"]
            assert [len(stage.server.requests) > 0 for stage in (inline, other)] == [True, True]

    @needs("target")
    def test_the_user_s_object_is_left_as_it_was(self, inline: Inline) -> None:
        assert self.target is not None
        found = resolve(self.target, [str(self.case.folder)])
        own = users_agent(found, self.adapter.accepts, inline.server.model("ada"))
        before = public_state(own)
        script = {"draft": self.says("Paris."), "vote": self.decides(BALLOT)}

        async def turns() -> list[Reply]:
            async with inline.opened(target=own) as agent:
                replies = []
                for turn in (draft(), replace(vote(), round=2)):
                    inline.server.script("ada", script[turn.kind])
                    replies.append(await taken(agent, turn, RecordingHost()))
                return replies

        replies = inline.run(turns())
        assert replies[0].text == "Paris."
        assert public_state(own) == before

    async def _crossed(self, stage: Stage) -> tuple[list[str], list[RecordingHost]]:
        """Three turns at once, of which the first to start is the last to end."""
        gates = {agent: Gate() for agent in AGENTS}
        hosts = {agent: RecordingHost() for agent in AGENTS}
        turns: dict[str, asyncio.Task[Reply]] = {}
        try:
            for agent in AGENTS:
                stage.server.script(agent, _gated(self.says(f"I am {agent}"), gates[agent]))
                turns[agent] = asyncio.create_task(stage.turn(draft(agent=agent), hosts[agent], agent))
                await reached(gates[agent], turns[agent])
            for agent in reversed(AGENTS):
                gates[agent].released.set()
                await turns[agent]
        finally:
            for gate in gates.values():
                gate.released.set()
            await asyncio.gather(*turns.values(), return_exceptions=True)
        return [turns[agent].result().text for agent in AGENTS], list(hosts.values())


def _gated(script: Script, gate: Gate) -> Script:
    def gated(body: Mapping[str, JSON]) -> ModelReply:
        return replace(script(body), gate=gate)

    return gated
