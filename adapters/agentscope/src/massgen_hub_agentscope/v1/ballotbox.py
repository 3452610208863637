"""Offers a model the tools of a decision, and takes what it puts in, as with 2.x, which has middlewares for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from agentscope.model import ChatResponse
from massgen_hub.contract import JSON
from massgen_hub.kit import as_json, decision_tools


class Ballotbox:
    """Demands a call of the tools of one decision. Such calls never reach the agent, so that its reply ends with them.

    AgentScope's own `structured_model` asks for a text afterwards, and of two calls in one reply the last wins.
    `given` holds the arguments as the model sent them, in its order. Of `replies` of the model the last is offered no
    other tools.
    """

    def __init__(self, schema: Mapping[str, JSON], replies: int) -> None:
        self._replies = replies
        self._tools = decision_tools(schema)
        self._names = {_name(tool) for tool in self._tools}
        self.given: list[str] = []
        self.refused = False

    def demand(self, named: Mapping[str, Any]) -> dict[str, Any]:
        """What a model is called with, and the tools, in place of any of the same name."""
        self._replies -= 1
        others = (named.get("tools") or []) if self._replies > 0 else []
        tools = [*self._tools, *(tool for tool in others if _name(tool) not in self._names)]
        return {**named, "tools": tools, "tool_choice": "required"}

    def emptied(self, response: ChatResponse) -> ChatResponse:
        """A response so far, without decisions. One that holds any has no other calls either."""
        if any(self._is_ours(block) for block in response.content):
            response.content = [block for block in response.content if block["type"] != "tool_use"]
        return response

    def take(self, blocks: Sequence[Any]) -> None:
        """Take the decisions of a whole response, as it was before it was emptied."""
        ours = [block for block in blocks if self._is_ours(block)]
        self.given += [block.get("raw_input") or as_json(block["input"]) for block in ours]

    def _is_ours(self, block: Any) -> bool:
        return block["type"] == "tool_use" and block["name"] in self._names


def _name(tool: Mapping[str, JSON]) -> str:
    return str(tool["function"]["name"])
