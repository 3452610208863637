"""What an agent does in a turn, as it is reported to the hub; and what it is lent for it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from google.adk.agents import LlmAgent
from google.adk.agents.callback_context import CallbackContext
from google.adk.models import BaseLlm, LlmResponse
from google.adk.plugins.base_plugin import BasePlugin
from google.adk.tools import BaseTool, ToolContext
from massgen_hub.contract import Host, Turn, Usage
from massgen_hub.kit import ToolCalls, as_text

from .members import model_of
from .model import HubsModel

REJECTED = {"error": "This tool call is rejected."}
"""What ADK tells a model, and nothing of the reason."""

RECORDED = {"result": "recorded"}
"""What comes of a decision. That it is something keeps the user's own callbacks out."""


class Listener(BasePlugin):
    """Reports tool calls in pairs, and the usage of every model call, also of agents that are tools of another.

    Lends the hub's model to every agent that holds none, in its stead: agents may be made while a workflow runs.
    Calls of the tools in `silent` are not noted: they end the run, and no callback of the user's comes in between.
    """

    def __init__(self, host: Host, turn: Turn, model: HubsModel | None, silent: Collection[str] = ()) -> None:
        super().__init__("massgen_hub")
        self._host, self._model, self._silent = host, model, silent
        self.calls = ToolCalls(host)
        self._quotes = bool(turn.shown)
        self.has_heard = False

    async def before_agent_callback(self, *, agent: Any, callback_context: CallbackContext) -> None:
        """An agent starts. The user's stays as it is: a copy takes its place for the run."""
        if isinstance(agent, LlmAgent) and (changes := self._changes(agent)):
            callback_context._invocation_context.agent = agent.model_copy(update=changes)

    def _changes(self, agent: LlmAgent) -> dict[str, Any]:
        changes: dict[str, Any] = {}
        if self._model is not None and not isinstance(model_of(agent), BaseLlm):
            changes["model"] = self._model
        if self._quotes and agent.code_executor is not None:
            changes["code_executor"] = None  # a peer's code, which a model may quote, is never run
        return changes

    async def after_model_callback(self, *, llm_response: LlmResponse, **_about: Any) -> None:
        """A model has answered, or is about to."""
        self.has_heard = True
        if not llm_response.partial:
            self._host.spend(_usage(llm_response))

    async def before_tool_callback(
        self, *, tool: BaseTool, tool_args: dict[str, Any], tool_context: ToolContext, **_about: Any
    ) -> dict[str, str] | None:
        """A tool is called, maybe again after it was approved."""
        if tool.name in self._silent:
            tool_context.actions.skip_summarization = True
            return RECORDED
        self.calls.called(tool_context.function_call_id or "", tool.name, as_text(tool_args))
        return None

    async def after_tool_callback(
        self, *, tool: BaseTool, tool_context: ToolContext, result: Any, **_about: Any
    ) -> dict[str, str] | None:
        """It gave a result; none yet, where it waits for somebody."""
        if tool.name in self._silent:
            return RECORDED
        call, confirmation = tool_context.function_call_id or "", tool_context.tool_confirmation
        if result == REJECTED and confirmation and confirmation.payload:
            result["error"] = f"{REJECTED['error'][:-1]}: {confirmation.payload}"
        waits = call in tool_context.actions.requested_tool_confirmations
        if not waits and (result or not tool.is_long_running):
            self.calls.gave(call, _result(result))
        return None

    async def on_tool_error_callback(self, *, tool_context: ToolContext, error: BaseException, **_about: Any) -> None:
        """It failed."""
        self.calls.failed(tool_context.function_call_id or "", error)


def _result(result: Any) -> str:
    if isinstance(result, dict) and list(result) == ["result"]:
        result = result["result"]
    return as_text(result)


def _usage(response: LlmResponse) -> Usage:
    """Thoughts are part of what was put out, which some models count apart and some do not: the total tells."""
    model, counted = response.model_version or "", response.usage_metadata
    if counted is None or not counted.prompt_token_count or not counted.total_token_count:
        return Usage(model=model)
    told = counted.prompt_token_count + (counted.tool_use_prompt_token_count or 0)
    output = counted.total_token_count - told
    return Usage(input=told, output=output or None, cached=counted.cached_content_token_count or None, model=model)
