"""Plain Python functions as tools: the schema of their arguments, and calls with what a model sent."""

from __future__ import annotations

import asyncio
import inspect
import json
from collections.abc import Callable
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ArgsKwargs

from ..contract import JSON
from ..errors import ConfigError


class Function:
    """A function that a model may call; its docstring tells the model what for."""

    def __init__(self, function: Callable[..., Any]) -> None:
        if not callable(function) or not hasattr(function, "__name__"):
            raise ConfigError(f"a tool must be a function, this is a `{type(function).__name__}`")
        self.name = function.__name__
        self._adapter: TypeAdapter[Any] = TypeAdapter(function)  # type: ignore[arg-type]
        schema = self._adapter.json_schema()
        if schema.get("type") != "object":
            raise ConfigError(f"the arguments of the tool `{self.name}` cannot all be given by name")
        description = inspect.getdoc(function) or self.name
        self.declaration: dict[str, JSON] = {
            "type": "function",
            "function": {"name": self.name, "description": description, "parameters": schema},
        }

    async def call(self, arguments: str) -> str:
        """The result as text. Wrong arguments and failures are told to the model, not raised."""
        try:
            values = json.loads(arguments or "{}")
            if not isinstance(values, dict):
                return f"error: the arguments of `{self.name}` must be an object"
            result = await asyncio.to_thread(self._adapter.validate_python, ArgsKwargs((), values))
            result = await result if inspect.isawaitable(result) else result
        except (ValueError, ValidationError) as failure:
            return f"error: {failure}"
        except Exception as failure:
            return f"error: {type(failure).__name__}: {failure}"
        return result if isinstance(result, str) else json.dumps(result, default=str)
