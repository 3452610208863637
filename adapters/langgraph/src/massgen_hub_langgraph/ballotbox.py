"""Offers a model the tools of a decision."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

from langchain.agents.middleware import AgentMiddleware, AgentState, ModelRequest, ModelResponse, hook_config
from langgraph.runtime import Runtime
from openai import BadRequestError, NotFoundError, UnprocessableEntityError

from .decision import Decision

REFUSALS = (BadRequestError, NotFoundError, UnprocessableEntityError)
"""What servers and routers say that know no tools, or not for this model."""

Request: TypeAlias = ModelRequest[Decision | None]


class Ballotbox(AgentMiddleware[AgentState[Any], Decision | None]):
    """Asks for a call of the tools of the run's decision, ends the run with it, and never executes one.

    LangChain's own `ToolStrategy` goes on to its recursion limit with a model that only talks, and its
    `ProviderStrategy` raises on anything but bare JSON.
    """

    def __init__(self) -> None:
        super().__init__()
        self._accepted = True

    async def awrap_model_call(
        self, request: Request, handler: Callable[[Request], Awaitable[ModelResponse[Any]]]
    ) -> ModelResponse[Any]:
        """Add the tools, in place of any of the same name. A server that refuses them is asked for text, then on."""
        decision = request.runtime.context
        if decision is None or not self._accepted:
            return await handler(request)
        others = [tool for tool in request.tools if _name(tool) not in decision.names]
        try:
            return await handler(request.override(tools=[*others, *decision.tools], tool_choice="required"))
        except REFUSALS:
            self._accepted = False
            return await handler(request)

    @hook_config(can_jump_to=["end"])
    def after_model(self, state: AgentState[Any], runtime: Runtime[Decision | None]) -> dict[str, Any] | None:
        """End after a decision."""
        decision = runtime.context
        return {"jump_to": "end"} if decision and decision.made_in(state["messages"][-1]) else None


def _name(tool: Any) -> str | None:
    return tool.get("name") if isinstance(tool, dict) else tool.name
