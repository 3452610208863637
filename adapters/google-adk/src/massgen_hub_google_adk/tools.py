"""Tools that the hub brings to an agent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from google.adk.tools import BaseTool, ToolContext
from google.genai import types
from massgen_hub.contract import JSON
from massgen_hub.servers import ServedTool


class DeclaredTool(BaseTool):
    """A tool that is described by JSON Schema, and that somebody else answers."""

    def __init__(self, name: str, description: str, parameters: Mapping[str, JSON]) -> None:
        super().__init__(name=name, description=description)
        self._parameters = dict(parameters)

    def _get_declaration(self) -> types.FunctionDeclaration:
        return types.FunctionDeclaration(
            name=self.name, description=self.description, parameters_json_schema=self._parameters
        )


class ToolOfServer(DeclaredTool):
    """A tool of an MCP server."""

    def __init__(self, tool: ServedTool) -> None:
        super().__init__(tool.name, tool.description, tool.parameters)
        self._tool = tool

    async def run_async(self, *, args: dict[str, Any], tool_context: ToolContext) -> Any:  # noqa: ARG002
        """Let the server run it."""
        return await self._tool.call(args)
