"""The model of an AG2 1.x agent for one turn: with a bound, and for a decision with the hub's tools alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


class Bounded:
    """A model config of AG2 around another. Its client gives `turns` replies; the tool calls of the last are not run.

    With `tools`, these are offered in place of the agent's own. `made` holds the tool calls of the last reply, in its
    order, in which AG2 would not run them.
    """

    def __init__(self, config: Any, response: type[Any], *, turns: int, tools: Sequence[Any] = ()) -> None:
        self._config, self.response, self.turns, self.tools = config, response, turns, tools
        self.made: list[Any] = []

    @property
    def provider(self) -> Any:
        """Whose model it is."""
        return self._config.provider

    @property
    def model(self) -> str:
        """The name of the model."""
        return str(self._config.model)

    def copy(self) -> Bounded:
        """Another with the same bound."""
        return Bounded(self._config.copy(), self.response, turns=self.turns, tools=self.tools)

    def create(self) -> BoundedClient:
        """A client with a count of its own: an agent's sub-tasks have theirs."""
        return BoundedClient(self, self._config.create())


class BoundedClient:
    """AG2's `LLMClient`."""

    def __init__(self, bounds: Bounded, client: Any) -> None:
        self._bounds, self._client, self._left = bounds, client, bounds.turns

    async def __call__(self, messages: Any, context: Any, *, tools: Any, response_schema: Any, serializer: Any) -> Any:
        """One reply of the model."""
        self._left -= 1
        response = await self._client(
            messages,
            context,
            tools=self._bounds.tools or tools,
            response_schema=response_schema,
            serializer=serializer,
        )
        self._bounds.made = list(response.tool_calls.calls)
        return response if self._left else self._without_calls(response)

    def _without_calls(self, response: Any) -> Any:
        return self._bounds.response(
            response.message,
            usage=response.usage,
            model=response.model,
            provider=response.provider,
            finish_reason=response.finish_reason,
        )
