"""Takes the turns of the hub with an agent or a workflow of the framework."""

from __future__ import annotations

from typing import Any

from agent_framework import BaseAgent
from agent_framework.exceptions import ChatClientException
from massgen_hub.contract import Host, Reply, Turn
from massgen_hub.kit import refuses_tools

from .copying import Copies
from .decision import Decision, Flow, voter
from .running import last_message, run_agent, run_workflow
from .tapping import Tap


class HubAgent:
    """An agent of the hub. What it is made of stays as it is: every turn works on copies."""

    def __init__(self, own: BaseAgent | Flow, voter_name: str | None) -> None:
        self._own, self._voter = own, voter(own, voter_name)
        self._takes_tools = True

    async def __call__(self, turn: Turn, host: Host) -> Reply:
        """Answer the turn. Raises what the run raises, and `NotAvailable` where nobody answers."""
        try:
            if turn.schema is None:
                return await self._answer(turn, host)
            return await self._decide(Decision(turn.schema), turn, host)
        except ChatClientException as failure:  # which says less of it, in more words
            raise failure.__cause__ or failure from None

    async def _answer(self, turn: Turn, host: Host) -> Reply:
        with Tap(host) as tap:
            return await _in_words(Copies(tap.on).of(self._own), turn, tap)

    async def _decide(self, decision: Decision, turn: Turn, host: Host) -> Reply:
        """A server that refuses the tools is asked for text, from then on."""
        if self._takes_tools:
            with Tap(host) as tap:
                try:
                    return await self._decided(decision, turn, tap, natively=True)
                except Exception as failure:
                    if tap.has_heard or not refuses_tools(failure):
                        raise
        with Tap(host) as tap:
            reply = await self._decided(decision, turn, tap, natively=False)
        self._takes_tools = False
        return reply

    async def _decided(self, decision: Decision, turn: Turn, tap: Tap, *, natively: bool) -> Reply:
        if self._voter is None:
            return await _in_words(Copies(tap.on).of(self._own), turn, tap)
        agent = Copies(tap.on).of(self._voter)
        decision.put_to(agent, natively=natively)
        response = await run_agent(agent, turn.prompt, tap, decision.made_in)
        reply = decision.made_in(response) or Reply(text=last_message(response))
        tap.voices.finish(reply.text)
        return reply


async def _in_words(own: Any, turn: Turn, tap: Tap) -> Reply:
    if isinstance(own, Flow):
        text = await run_workflow(own, turn.prompt, tap)
    else:
        text = last_message(await run_agent(own, turn.prompt, tap))
    tap.voices.finish(text)
    return Reply(text=text)
