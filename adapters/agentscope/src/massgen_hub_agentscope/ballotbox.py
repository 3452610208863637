"""Offers a model the tools of a decision, and takes what it puts in."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

from agentscope.message import ToolCallBlock
from agentscope.middleware import MiddlewareBase
from agentscope.model import ChatResponse
from agentscope.tool import ToolChoice
from massgen_hub.contract import JSON
from massgen_hub.kit import decision_tools, refuses_tools


class Ballotbox(MiddlewareBase):
    """Demands a call of the tools of one decision. Such calls never reach the agent, so that the reply ends with them,
    nothing is validated, repaired or run, and no toolkit is touched.

    AgentScope's own `structured_schema` goes on to its limit with a model that only talks, and of two calls in one
    reply the last wins. `given` holds the arguments as the model sent them, in its order. Of `replies` of the model
    the last is offered no other tools.
    """

    def __init__(self, schema: Mapping[str, JSON], replies: int) -> None:
        self._replies = replies
        self._tools = decision_tools(schema)
        self._names = {_name(tool) for tool in self._tools}
        self.given: list[str] = []
        self.refused = False

    async def on_model_call(self, agent: Any, input_kwargs: dict[str, Any], next_handler: Callable[..., Any]) -> Any:  # noqa: ARG002 - AgentScope's names
        """Add the tools, in place of any of the same name. A server that refuses them is asked for text."""
        self._replies -= 1
        others = input_kwargs["tools"] if self._replies > 0 else []
        tools = [*self._tools, *(tool for tool in others if _name(tool) not in self._names)]
        demand = {**input_kwargs, "tools": tools, "tool_choice": ToolChoice(mode="required")}
        try:
            response = await next_handler(**(input_kwargs if self.refused else demand))
        except Exception as failure:
            if not refuses_tools(failure):
                raise
            response = await next_handler(**input_kwargs)
            self.refused = True
        return self._emptied(response) if isinstance(response, ChatResponse) else self._taken_from(response)

    async def _taken_from(self, chunks: Any) -> AsyncIterator[ChatResponse]:
        async for chunk in chunks:
            yield self._emptied(chunk)

    def _emptied(self, response: ChatResponse) -> ChatResponse:
        """A response, or a piece of one, without decisions. A whole one that held any has no other calls either."""
        ours = [block for block in response.content if self._is_ours(block)]
        if ours and response.is_last:
            self.given += [block.input for block in ours]
            ours = [block for block in response.content if isinstance(block, ToolCallBlock)]
        response.content = [block for block in response.content if block not in ours]
        return response

    def _is_ours(self, block: Any) -> bool:
        return isinstance(block, ToolCallBlock) and block.name in self._names


def _name(tool: Mapping[str, JSON]) -> str:
    return str(tool["function"]["name"])
