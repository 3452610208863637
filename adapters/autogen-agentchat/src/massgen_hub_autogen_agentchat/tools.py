"""Tools that a config names, and those that a JSON Schema describes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from inspect import getdoc
from typing import Any

from autogen_core import CancellationToken
from autogen_core.tools import BaseTool, FunctionTool, ToolSchema
from massgen_hub.contract import JSON
from massgen_hub.errors import ConfigError
from massgen_hub.targets import resolve
from pydantic import BaseModel, ConfigDict

_TOOLS = "`tools` are functions with annotations and a docstring, or tools of AutoGen"


def tool(name: str) -> BaseTool[Any, Any]:
    """The tool that a config names. Raises `ConfigError` where there is none."""
    found = resolve(name)
    if isinstance(found, BaseTool):
        return found
    if not callable(found):
        raise ConfigError(f"`{name}` is a `{type(found).__name__}`, which is no tool", hint=_TOOLS)
    try:
        return FunctionTool(found, description=getdoc(found) or "")
    except Exception as refused:
        raise ConfigError(f"AutoGen refuses the tool `{name}`: {refused}", hint=_TOOLS) from refused


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
