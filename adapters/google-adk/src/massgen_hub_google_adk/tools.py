"""Tools that the hub brings to an agent."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Self

from google.adk.tools import BaseTool, ToolContext
from google.genai import types
from massgen_hub.contract import JSON
from massgen_hub.servers import ServedTool

Call = Callable[[Mapping[str, JSON], ToolContext], Awaitable[Any]]


class DeclaredTool(BaseTool):
    """A tool that is described by JSON Schema."""

    def __init__(self, name: str, description: str, parameters: Mapping[str, JSON], call: Call) -> None:
        super().__init__(name=name, description=description)
        self._parameters, self._call = dict(parameters), call

    @classmethod
    def served(cls, tool: ServedTool) -> Self:
        """A tool of an MCP server."""
        return cls(tool.name, tool.description, tool.parameters, lambda arguments, _context: tool.call(arguments))

    @classmethod
    def deciding(cls, name: str, description: str, parameters: Mapping[str, JSON]) -> Self:
        """A tool whose call is the decision, with which the run ends."""
        return cls(name, description, parameters, _end)

    def _get_declaration(self) -> types.FunctionDeclaration:
        return types.FunctionDeclaration(
            name=self.name, description=self.description, parameters_json_schema=self._parameters
        )

    async def run_async(self, *, args: dict[str, Any], tool_context: ToolContext) -> Any:
        """Run it."""
        return await self._call(args, tool_context)


async def _end(_arguments: Mapping[str, JSON], context: ToolContext) -> None:
    context.actions.skip_summarization = True
