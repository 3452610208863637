"""One run of an agent, through the questions it asks, to its end."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from agents import Agent, MaxTurnsExceeded, RunConfig, Runner, RunResultStreaming, RunState
from massgen_hub.contract import JSON, Host
from massgen_hub.kit import Speech, approval, unfinished

from .listening import Listener

SECONDS_TO_STOP = 2.0


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What all runs of an agent share; `model` is the name of the hub's."""

    config: RunConfig
    max_turns: int
    model: str


class Run:
    """One run. `begun`: a model has answered in it."""

    def __init__(self, host: Host, settings: Settings, silent: Collection[str] = ()) -> None:
        self.speech = Speech(host.say)
        self._host, self._settings = host, settings
        self._listener = Listener(host, settings.model, silent)

    @property
    def begun(self) -> bool:
        """Whether a model has answered."""
        return self._listener.has_heard

    async def to_the_end(self, agent: Agent[Any], given: Any, context: Any) -> RunResultStreaming:
        """The result. Raises what the run raises, a `TurnError` if it has no end, `NotAvailable` if nobody answers."""
        try:
            with self._listener.calls:
                result = await self._to_a_pause(agent, given, context)
                while result.interruptions:
                    result = await self._to_a_pause(agent, await _answered(result, self._host), context)
                return result
        except MaxTurnsExceeded as endless:
            raise unfinished(self._settings.max_turns, "max_turns") from endless

    async def _to_a_pause(self, agent: Agent[Any], given: Any, context: Any) -> RunResultStreaming:
        result = Runner.run_streamed(
            agent,
            given,
            context=context,
            max_turns=self._settings.max_turns,
            hooks=self._listener,
            run_config=self._settings.config,
        )
        try:
            await self._hear(result)
        finally:
            await _stopped(result)
            self._listener.count(result.context_wrapper.usage)
        return result

    async def _hear(self, result: RunResultStreaming) -> None:
        async for event in result.stream_events():
            if event.type != "raw_response_event":
                continue
            if event.data.type == "response.output_text.delta":
                self.speech.add(event.data.delta)
            elif event.data.type in ("response.output_item.done", "response.completed"):
                self.speech.end()


async def _answered(result: RunResultStreaming, host: Host) -> RunState[Any]:
    """The state to go on with: every call that waits for an approval is approved or rejected."""
    state = result.to_state()
    for asked in result.interruptions:
        answer = await approval(host, asked.name or "", _parsed(asked.arguments))
        if answer.given:
            state.approve(asked)
        else:
            state.reject(asked, rejection_message=answer.reason or None)
    return state


def _parsed(arguments: str | None) -> JSON:
    try:
        return json.loads(arguments or "null")
    except ValueError:
        return arguments


async def _stopped(result: RunResultStreaming) -> None:
    """The run leaves no task behind, be it done, failed or cancelled."""
    if (task := result.run_loop_task) and not task.done():
        result.cancel()
        await asyncio.wait([task], timeout=SECONDS_TO_STOP)
