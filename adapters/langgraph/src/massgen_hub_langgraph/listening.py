"""What a graph does while it runs: tool calls and model calls, wherever in it they happen."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from typing import Any
from uuid import UUID
from weakref import WeakSet

from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.messages import BaseMessage
from langchain_core.outputs import LLMResult
from massgen_hub.contract import Activity, Host, Usage
from massgen_hub.kit import ThreadedHost

from .state import text_of


class Listener(BaseCallbackHandler):
    """Reports to the host, and knows the tasks of the run. Synchronous nodes call it from threads of their own."""

    run_inline = True

    def __init__(self, host: Host) -> None:
        self.tasks: WeakSet[asyncio.Task[Any]] = WeakSet()
        self._host = ThreadedHost(host)
        self._tools: dict[UUID, str] = {}

    def on_chain_start(self, *_about: Any, **_more: Any) -> None:
        """Remember the task of a node."""
        self._remember_task()

    def on_chat_model_start(self, *_about: Any, **_more: Any) -> None:
        """Remember the task of a model call."""
        self._remember_task()

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
        self._remember_task()
        self._tools[run_id] = serialized.get("name", "")
        arguments = input_str if inputs is None else json.dumps(inputs, ensure_ascii=False, default=str)
        self._host.note(Activity(kind="call", name=self._tools[run_id], text=arguments, id=str(run_id)))

    def on_tool_end(self, output: Any, *, run_id: UUID, **_more: Any) -> None:
        """Note the result."""
        self._result(run_id, text_of(output))

    def on_tool_error(self, error: BaseException, *, run_id: UUID, **_more: Any) -> None:
        """Note the failure as the result."""
        self._result(run_id, f"{type(error).__name__}: {error}")

    def on_llm_end(self, response: LLMResult, **_more: Any) -> None:
        """Report the usage of one model call."""
        for generation in (generation for choices in response.generations for generation in choices):
            self._host.spend(usage_of(getattr(generation, "message", None)))

    def _remember_task(self) -> None:
        with suppress(RuntimeError):  # in a thread there is none
            if task := asyncio.current_task():
                self.tasks.add(task)

    def _result(self, run_id: UUID, text: str) -> None:
        name = self._tools.pop(run_id, "")
        self._host.note(Activity(kind="result", name=name, text=text, id=str(run_id)))


def usage_of(message: BaseMessage | None) -> Usage:
    """What the model said about its usage; many say nothing while they stream."""
    counted = getattr(message, "usage_metadata", None) or {}
    about = getattr(message, "response_metadata", {})
    return Usage(
        input=counted.get("input_tokens") or None,
        output=counted.get("output_tokens") or None,
        cached=counted.get("input_token_details", {}).get("cache_read"),
        model=about.get("model_name", ""),
    )
