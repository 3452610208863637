"""What an agent's tools depend on, for one turn."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from inspect import isawaitable
from typing import Any

from massgen_hub.errors import ConfigError, TurnError
from massgen_hub.kit import described
from massgen_hub.targets import resolve, where
from pydantic_ai.agent import AbstractAgent

UNSAID = (object, type(None), Any)


class Deps:
    """The object that `deps` names, or what the function that it names makes for every turn."""

    def __init__(self, name: str | None, agent: AbstractAgent[Any, Any]) -> None:
        self._name = name
        self._named = resolve(name) if name else None
        wanted = agent.deps_type
        if name is None and isinstance(wanted, type) and wanted not in UNSAID:
            hint = "add `deps: module:attribute`, an object, or a function that makes one for every turn"
            raise ConfigError(f"the agent depends on a `{wanted.__qualname__}`, and nobody gives it", hint=hint)

    @asynccontextmanager
    async def of_a_turn(self) -> AsyncIterator[Any]:
        """What a function makes is awaited, and entered for the turn, where it can be. Raises `TurnError`: it fails."""
        made = await self._made()
        if made is not self._named and isinstance(made, AbstractAsyncContextManager):
            async with made as entered:
                yield entered
        else:
            yield made

    async def _made(self) -> Any:
        try:
            made = self._named() if callable(self._named) else self._named
            return await made if isawaitable(made) else made
        except Exception as failure:
            raise TurnError(f"`deps: {self._name}` fails{where(failure)}: {described(failure)}") from failure
