"""Takes the turns of the hub with an agent of Pydantic AI."""

from __future__ import annotations

from typing import Any

from massgen_hub.contract import Host, Reply, Turn
from massgen_hub.kit import refuses_tools
from pydantic_ai.agent import AbstractAgent
from pydantic_ai.models import Model

from .decision import Decision
from .deps import Deps
from .options import PydanticAIOptions
from .running import Run, Settings


class HubAgent:
    """An agent of the hub. The user's stays as it is: every turn is a run of its own, with settings for it alone."""

    def __init__(
        self, agent: AbstractAgent[Any, Any], model: Model | None, options: PydanticAIOptions, *, forgives: bool
    ) -> None:
        self._agent = agent
        self._takes_tools = True
        self._deps = Deps(options.deps, agent)
        self._settings = Settings(model=model, request_limit=options.request_limit, forgives=forgives)

    async def __call__(self, turn: Turn, host: Host) -> Reply:
        """Answer the turn. Raises what the run raises, and `TurnError` for an endless one."""
        if turn.schema is None:
            return await self._taken(Run(host, self._settings), turn)
        return await self._decided(turn, host)

    async def _decided(self, turn: Turn, host: Host) -> Reply:
        """A server that refuses the tools is asked for text, from then on."""
        if self._takes_tools:
            run = Run(host, self._settings, Decision(turn.schema))
            try:
                return await self._taken(run, turn)
            except Exception as failure:
                if run.begun or not refuses_tools(failure):
                    raise
        reply = await self._taken(Run(host, self._settings, Decision(None)), turn)
        self._takes_tools = False
        return reply

    async def _taken(self, run: Run, turn: Turn) -> Reply:
        async with self._deps.of_a_turn() as deps:
            return await run.to_the_end(self._agent, turn.prompt, deps)
