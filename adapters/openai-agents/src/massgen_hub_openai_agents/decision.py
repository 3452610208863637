"""Decisions: an agent's twin that has the tools `vote` and `answer`, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from agents import Agent, FunctionTool, FunctionToolResult, ModelResponse, RunContextWrapper
from agents.agent import ToolsToFinalOutputResult
from massgen_hub.contract import JSON, Reply
from massgen_hub.kit import decided, decision_tools


class Decision:
    """What one turn asks an agent to decide."""

    def __init__(self, schema: Mapping[str, JSON]) -> None:
        self._tools = [_tool(**tool["function"]) for tool in decision_tools(schema)]
        self.names = {tool.name for tool in self._tools}

    def twin(self, agent: Agent[Any], *, natively: bool) -> Agent[Any]:
        """The agent, asked for a decision and nothing else: it answers itself, in no form but the hub's.

        `natively`: it must call a tool, and the run ends with the decision. Tools of its own stay, but for those of
        the same name.
        """
        alone = agent.clone(handoffs=[], output_type=None, output_guardrails=[], tool_use_behavior="run_llm_again")
        if not natively:
            return alone
        return alone.clone(
            tools=[*self._tools, *(tool for tool in agent.tools if tool.name not in self.names)],
            tool_use_behavior=self._ended,
            model_settings=replace(agent.model_settings, tool_choice="required"),
            reset_tool_choice=False,
        )

    def made_in(self, responses: list[ModelResponse]) -> Reply | None:
        """The decision of the last response, of several calls in the order of the response; None: it made none."""
        output = responses[-1].output if responses else []
        calls = [item.arguments for item in output if item.type == "function_call" and item.name in self.names]
        return decided(_text(output), calls) if calls else None

    def _ended(self, _context: RunContextWrapper[Any], results: list[FunctionToolResult]) -> ToolsToFinalOutputResult:
        made = any(result.tool.name in self.names for result in results)
        return ToolsToFinalOutputResult(is_final_output=made, final_output="" if made else None)


def _tool(name: str, description: str, parameters: dict[str, JSON]) -> FunctionTool:
    async def recorded(_context: Any, _arguments: str) -> str:
        return "recorded"

    return FunctionTool(name, description, parameters, recorded, strict_json_schema=False)


def _text(output: list[Any]) -> str:
    messages = (item for item in output if item.type == "message")
    return "".join(getattr(part, "text", "") for message in messages for part in message.content)
