"""One run of an agent, through the questions it asks, to its end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from massgen_hub.contract import Host, Reply
from massgen_hub.kit import as_said, unfinished
from pydantic_ai import AgentRun, CallToolsNode, ModelRequestNode, UsageLimitExceeded, UsageLimits
from pydantic_ai.agent import AbstractAgent
from pydantic_ai.models import Model
from pydantic_core import to_jsonable_python

from .decision import Decision
from .hooks import HubHooks
from .listening import Listener
from .names import meaning


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What all runs of an agent share; `model` is the hub's, None where the agent has its own."""

    model: Model | None
    request_limit: int
    forgives: bool


class Run:
    """One run. `begun`: a model has answered in it."""

    def __init__(self, host: Host, settings: Settings, decision: Decision | None = None) -> None:
        self.begun = False
        self._host, self._settings, self._decision = host, settings, decision
        self._listener = Listener(host)

    async def to_the_end(self, agent: AbstractAgent[Any, Any], prompt: str, deps: Any) -> Reply:
        """What comes of it. Raises what the run raises, and a `TurnError` if it has no end."""
        running = agent.iter(
            prompt,
            deps=deps,
            model=self._settings.model,
            usage_limits=UsageLimits(request_limit=self._settings.request_limit),
            capabilities=[HubHooks(self._host, self._decision, self._settings.forgives)],
            infer_name=False,  # else it gives the user's agent a name
        )
        try:
            with meaning(self._settings.model), self._listener.calls:
                async with running as run:
                    return await self._through(run)
        except UsageLimitExceeded as endless:
            raise unfinished(self._settings.request_limit, "request_limit") from endless

    async def _through(self, run: AgentRun[Any, Any]) -> Reply:
        try:
            async for node in run:
                if isinstance(node, CallToolsNode):
                    self.begun = True
                    self._listener.answered(node.model_response, run.usage)
                    if self._decision and (reply := self._decision.made_in(node.model_response)):
                        return self._said(reply.text, reply)
                if isinstance(node, (ModelRequestNode, CallToolsNode)):
                    async with node.stream(run.ctx) as events:
                        async for event in events:
                            self._listener.hear(event)
        finally:
            self._listener.count(run.usage)
        assert run.result is not None, "it ended"
        text = as_said(to_jsonable_python(run.result.output, fallback=str), self._listener.speech.last)
        return self._said(text, Reply(text=text))

    def _said(self, text: str, reply: Reply) -> Reply:
        self._listener.speech.finish(text)
        return reply
