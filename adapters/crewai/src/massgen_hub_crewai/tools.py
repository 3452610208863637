"""Tools of an agent that is made from options."""

from __future__ import annotations

from typing import Any

from crewai.tools import BaseTool
from crewai.tools import tool as as_tool
from massgen_hub.kit import tool_named
from massgen_hub.servers import ServedTool
from pydantic import ConfigDict

from .calls import current
from .forms import form


def tool_of(name: str) -> BaseTool:
    """A function of the user's as a tool, or the user's tool. Raises `ConfigError` where it is neither."""
    return tool_named(name, "CrewAI", BaseTool, as_tool)  # type: ignore[no-any-return]


class _Served(BaseTool):
    """A tool of an MCP server, whose connection belongs to the hub's event loop."""

    model_config = ConfigDict(arbitrary_types_allowed=True)
    theirs: ServedTool

    def _run(self, **arguments: Any) -> str:
        return current().wait(self.theirs.call(arguments))  # type: ignore[arg-type]


def tool_served(theirs: ServedTool) -> BaseTool:
    """The tool of an MCP server."""
    return _Served(
        name=theirs.name,
        description=theirs.description,
        args_schema=form(theirs.name, theirs.parameters),
        theirs=theirs,
    )
