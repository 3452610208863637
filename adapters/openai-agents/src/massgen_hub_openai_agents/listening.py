"""What an agent does in a turn, as it is reported to the hub."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from copy import deepcopy
from typing import Any

from agents import Agent, Model, ModelResponse, RunContextWrapper, RunHooks, Tool
from agents import Usage as Counted
from agents.tool_context import ToolContext
from massgen_hub.contract import Activity, Host, Usage
from massgen_hub.kit import ToolCalls, as_text


class Listener(RunHooks[Any]):
    """Reports tool calls in pairs, and the usage of every model call. Calls of the tools in `silent` are not noted."""

    def __init__(self, host: Host, model: str, silent: Collection[str]) -> None:
        self.calls = ToolCalls(host)
        self._host, self._model, self._silent = host, model, silent
        self._told = Counted()
        self.has_heard = False

    async def on_llm_end(self, _context: RunContextWrapper[Any], agent: Agent[Any], response: ModelResponse) -> None:
        """A model has answered."""
        own = agent.model if isinstance(agent.model, Model) else None
        self.has_heard = True
        counted = response.usage
        self._told.add(counted)
        self._host.spend(
            Usage(
                input=counted.input_tokens or None,
                output=counted.output_tokens or None,
                cached=counted.input_tokens_details.cached_tokens or None,
                calls=counted.requests or 1,
                model=str(getattr(own, "model", "")) if own else self._model,
            )
        )

    async def on_tool_start(self, context: RunContextWrapper[Any], _agent: Any, tool: Tool) -> None:
        """A tool is called."""
        if isinstance(context, ToolContext) and tool.name not in self._silent:
            self.calls.called(context.tool_call_id, tool.name, context.tool_arguments)

    async def on_tool_end(self, context: RunContextWrapper[Any], _agent: Any, _tool: Tool, result: object) -> None:
        """It gave a result."""
        if isinstance(context, ToolContext):
            self.calls.gave(context.tool_call_id, _text(result))

    async def on_handoff(self, *, from_agent: Agent[Any], to_agent: Agent[Any], **_about: Any) -> None:  # type: ignore[override]
        """Another agent goes on."""
        self._host.note(Activity(kind="info", name="handoff", text=f"{from_agent.name} hands off to {to_agent.name}"))

    def count(self, total: Counted) -> None:
        """Report the usage that no hook has heard of: that of agents which are tools of another."""
        calls = total.requests - self._told.requests
        if calls > 0:
            known = len(total.request_usage_entries) - len(self._told.request_usage_entries) == calls
            spent = (total.input_tokens - self._told.input_tokens, total.output_tokens - self._told.output_tokens)
            tokens_in, tokens_out = spent if known else (None, None)
            self._host.spend(Usage(input=tokens_in, output=tokens_out, calls=calls))
        self._told = deepcopy(total)


def _text(result: object) -> str:
    """The result of a tool as text; those of MCP servers are parts of a message."""
    parts = result if isinstance(result, list) else [result]
    texts = [part["text"] for part in parts if isinstance(part, Mapping) and part.get("type") == "text"]
    return "\n".join(texts) if texts and len(texts) == len(parts) else as_text(result)
