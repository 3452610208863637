"""Tools of LlamaIndex, made of functions that a config names and of JSON schemas."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from copy import deepcopy
from typing import Any, ClassVar

from llama_index.core.tools import BaseTool, FunctionTool, ToolMetadata
from massgen_hub.contract import JSON
from massgen_hub.kit import tool_named
from massgen_hub.servers import ServedTool
from pydantic import BaseModel


def named(name: str) -> BaseTool:
    """The tool that a config names. Raises `ConfigError` where it is none."""
    return tool_named(name, "LlamaIndex", BaseTool, FunctionTool.from_defaults)  # type: ignore[no-any-return]


def of_server(tool: ServedTool) -> BaseTool:
    """The tool of an MCP server."""

    async def call(**arguments: Any) -> str:
        return await tool.call(arguments)

    return described(tool.name, tool.description, tool.parameters, call)


def described(
    name: str,
    description: str,
    parameters: Mapping[str, JSON],
    call: Callable[..., Awaitable[str]],
    *,
    last: bool = False,
) -> BaseTool:
    """A tool whose parameters are described by a JSON Schema. `last`: the agent's run ends with a call of it."""
    form: Any = type(name, (_Form,), {"__doc__": description})
    form.parameters = parameters
    return FunctionTool(async_fn=call, metadata=ToolMetadata(description, name, form, return_direct=last))


class _Form(BaseModel):
    """What stands for a model of pydantic, which LlamaIndex asks for the schema of a tool."""

    parameters: ClassVar[Mapping[str, JSON]] = {}

    @classmethod
    def model_json_schema(cls, *_how: Any, **_else: Any) -> dict[str, Any]:
        """A new one, because LlamaIndex writes into it."""
        return deepcopy(dict(cls.parameters))
