"""What a graph does while it runs: tool calls and model calls, wherever in it they happen."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any
from uuid import UUID
from weakref import WeakSet

from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.messages import AIMessage
from langchain_core.outputs import LLMResult
from massgen_hub.contract import Activity, Host, Reply, Usage
from massgen_hub.errors import TurnError
from massgen_hub.kit import ThreadedHost, as_json, decided

from .offers import DECISIONS
from .state import text_of


class Listener(BaseCallbackHandler):
    """Reports to the host. Synchronous nodes call it from threads of their own, where nothing else can stop them: once
    the turn is `over`, they end at the next piece of text, model call or tool call.

    `tasks` are those of the run. `decision` is what the first model said that called a tool to decide with, where the
    graph has such tools (`decides`).
    """

    run_inline = True
    raise_error = True

    def __init__(self, host: Host, *, decides: bool) -> None:
        self.tasks: WeakSet[asyncio.Task[Any]] = WeakSet()
        self.over = False
        self.decision: Reply | None = None
        self._host, self._decides = ThreadedHost(host), decides
        self._tools: dict[UUID, str] = {}

    def on_chain_start(self, *_about: Any, **_more: Any) -> None:
        """A node goes on."""
        if self.over:
            raise TurnError("the turn is over")
        with suppress(RuntimeError):  # in a thread there is no task
            if task := asyncio.current_task():
                self.tasks.add(task)

    on_chat_model_start = on_llm_new_token = on_chain_start

    def on_tool_start(
        self,
        serialized: dict[str, Any],
        input_str: str,
        *,
        run_id: UUID,
        inputs: dict[str, Any] | None = None,
        **_more: Any,
    ) -> None:
        """Note the call."""
        self.on_chain_start()
        self._tools[run_id] = serialized.get("name", "")
        arguments = input_str if inputs is None else as_json(inputs)
        self._host.note(Activity(kind="call", name=self._tools[run_id], text=arguments, id=str(run_id)))

    def on_tool_end(self, output: Any, *, run_id: UUID, **_more: Any) -> None:
        """Note the result."""
        self._result(run_id, text_of(output))

    def on_tool_error(self, error: BaseException, *, run_id: UUID, **_more: Any) -> None:
        """Note the failure as the result."""
        self._result(run_id, f"{type(error).__name__}: {error}")

    def on_llm_end(self, response: LLMResult, **_more: Any) -> None:
        """Report the usage of one model call, and look for a decision."""
        for generation in (generation for choices in response.generations for generation in choices):
            message = getattr(generation, "message", None)
            self._host.spend(usage_of(message))
            if self._decides and self.decision is None and isinstance(message, AIMessage):
                self.decision = decision_in(message)

    def _result(self, run_id: UUID, text: str) -> None:
        name = self._tools.pop(run_id, "")
        self._host.note(Activity(kind="result", name=name, text=text, id=str(run_id)))


def decision_in(message: AIMessage) -> Reply | None:
    """The decision of a model that called the tools for it; arguments that are no JSON stay as they came."""
    calls = [call for call in (*message.tool_calls, *message.invalid_tool_calls) if call["name"] in DECISIONS]
    return decided(str(message.text), [call["args"] for call in calls]) if calls else None


def usage_of(message: AIMessage | None) -> Usage:
    """What the model said about its usage; many say nothing while they stream."""
    counted = getattr(message, "usage_metadata", None) or {}
    about = getattr(message, "response_metadata", {})
    return Usage(
        input=counted.get("input_tokens") or None,
        output=counted.get("output_tokens") or None,
        cached=counted.get("input_token_details", {}).get("cache_read"),
        model=about.get("model_name", ""),
    )
