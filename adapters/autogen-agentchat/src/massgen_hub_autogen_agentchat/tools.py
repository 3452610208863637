"""Tools that a config names, and those that a JSON Schema describes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from inspect import getdoc
from typing import Any

from autogen_core import CancellationToken
from autogen_core.tools import BaseTool, FunctionTool, ToolSchema
from massgen_hub.contract import JSON
from massgen_hub.kit import tool_named
from pydantic import BaseModel, ConfigDict


def tool(name: str) -> BaseTool[Any, Any]:
    """The tool that a config names. Raises `ConfigError` where there is none."""
    make = lambda found: FunctionTool(found, description=getdoc(found) or "")  # noqa: E731
    return tool_named(name, "AutoGen", BaseTool, make)  # type: ignore[no-any-return]


class _Anything(BaseModel):
    model_config = ConfigDict(extra="allow")


class Described(BaseTool[Any, Any]):
    """A tool that `parameters`, a JSON Schema, describes."""

    def __init__(
        self,
        name: str,
        description: str,
        parameters: Mapping[str, JSON],
        call: Callable[[Mapping[str, JSON]], Awaitable[str]],
    ) -> None:
        super().__init__(_Anything, str, name, description)
        self._parameters, self._call = dict(parameters), call

    @property
    def schema(self) -> ToolSchema:
        """What the model is told."""
        return ToolSchema(name=self.name, description=self.description, parameters=self._parameters)  # type: ignore[typeddict-item]

    async def run(self, args: _Anything, cancellation_token: CancellationToken) -> str:  # noqa: ARG002
        """Call it."""
        return await self._call(args.model_extra or {})
