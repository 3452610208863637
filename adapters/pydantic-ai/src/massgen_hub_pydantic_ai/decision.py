"""Decisions: what a model is asked for in place of an agent's own output, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from massgen_hub.contract import JSON, Reply
from massgen_hub.kit import decided, decision_tools
from pydantic_ai.messages import ModelResponse
from pydantic_ai.models import ModelRequestParameters
from pydantic_ai.tools import ToolDefinition


class Decision:
    """What one turn asks an agent to decide: by the tools `vote` and `answer`, or in text where there is no schema."""

    def __init__(self, schema: Mapping[str, JSON] | None) -> None:
        self._tools = [_definition(**tool["function"]) for tool in decision_tools(schema)] if schema else []
        self._names = {tool.name for tool in self._tools}

    def asked_in(self, parameters: ModelRequestParameters) -> ModelRequestParameters:
        """A request for it, and for no output of the agent's own. Other tools stay, but for those of the same name."""
        return replace(
            parameters,
            function_tools=[tool for tool in parameters.function_tools if tool.name not in self._names],
            output_tools=self._tools,
            output_mode="tool" if self._tools else "text",
            output_object=None,
            allow_text_output=not self._tools,
            allow_image_output=False,
        )

    def made_in(self, response: ModelResponse) -> Reply | None:
        """The decision, of several calls in the order of the response. None: the model calls other tools first."""
        made = [call.args for call in response.tool_calls if call.tool_name in self._names]
        return decided(response.text or "", made) if made or not response.tool_calls else None


def _definition(name: str, description: str, parameters: dict[str, JSON]) -> ToolDefinition:
    return ToolDefinition(
        name=name, description=description, parameters_json_schema=parameters, kind="output", strict=False
    )
