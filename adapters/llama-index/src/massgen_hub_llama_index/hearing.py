"""What models say and cost in a turn, wherever in a workflow, an agent or a tool they are called.

LlamaIndex tells of every call of a model, by its instrumentation, in the context in which it is made; the events of a
run tell only of those that its agents make.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from contextvars import ContextVar
from typing import Any
from weakref import WeakSet

from llama_index.core.instrumentation import get_dispatcher  # type: ignore[attr-defined]
from llama_index.core.instrumentation.event_handlers import BaseEventHandler
from llama_index.core.instrumentation.events.llm import (
    LLMChatEndEvent,
    LLMChatInProgressEvent,
    LLMChatStartEvent,
    LLMCompletionEndEvent,
    LLMCompletionInProgressEvent,
    LLMCompletionStartEvent,
)
from llama_index.core.instrumentation.span_handlers import NullSpanHandler
from llama_index.core.llms import LLM, ChatResponse, CompletionResponse
from massgen_hub.contract import Host, Usage
from massgen_hub.kit import Voices, usage_of

SECONDS_TO_STOP = 2.0
"""How long what is cancelled may clean up."""

_hearing: ContextVar[Hearing | None] = ContextVar("massgen_hub_hearing", default=None)


class Hearing:
    """Streams what the models of one turn say, and reports what each call cost. Synchronous steps and tools make calls
    in threads of their own.

    A call that is made of another one, as of a structured answer, is not counted besides. `last` is what a model said
    last, `failure` why the last call failed, None where it did not. What still goes on when the turn is over is
    cancelled: LlamaIndex lets go of steps that have just begun in a run inside another one.
    """

    def __init__(self, host: Host) -> None:
        self.last = ""
        self.failure: BaseException | None = None
        self._host, self._voices = host, Voices(self._say)
        self._loop, self._thread = asyncio.get_running_loop(), threading.get_ident()
        self._task = asyncio.current_task()
        self._parents, self._outer, self._streamed = dict[str, str | None](), set[str](), set[str]()
        self._tasks = WeakSet[asyncio.Task[Any]]()

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """Hear the calls that are made meanwhile, from here on."""
        token = _hearing.set(self)
        try:
            yield
        finally:
            _hearing.reset(token)
            await self._stop()

    async def _stop(self) -> None:
        left = [task for task in self._tasks if task.get_loop() is self._loop and not task.done()]
        for task in left:
            task.cancel()
        if left:
            await asyncio.wait(left, timeout=SECONDS_TO_STOP)

    def finish(self, text: str) -> None:
        """The turn's reply is `text`."""
        self._voices.finish(text)

    def entered(self, span: str, parent: str | None) -> None:
        """A step, a tool or a model begins, in another one."""
        self._parents[span] = parent
        with suppress(RuntimeError):  # in a thread there is no task
            if (task := asyncio.current_task()) and task is not self._task:
                self._tasks.add(task)

    def begun(self, call: str) -> None:
        """A model is called."""
        outer = self._parents.get(call)
        while outer and outer not in self._outer:
            self._outer.add(outer)
            outer = self._parents.get(outer)

    def said(self, call: str, piece: str) -> None:
        """It says a piece of a text."""
        if call not in self._outer:
            self._streamed.add(call)
            self._voices.add(call, piece)

    def ended(self, call: str, response: ChatResponse | CompletionResponse | None) -> None:
        """It has answered."""
        self.failure = None
        if call in self._outer:
            return
        self.last = _text(response)
        if call not in self._streamed:
            self._voices.add(call, self.last)
        self._report(self._host.spend, _usage(getattr(response, "raw", None)))

    def _say(self, piece: str, part: int) -> None:
        self._report(self._host.say, piece, part)

    def _report(self, tell: Callable[..., None], *what: Any) -> None:
        if threading.get_ident() == self._thread:
            tell(*what)
        else:
            self._loop.call_soon_threadsafe(tell, *what)


class _Events(BaseEventHandler):
    """Passes on what LlamaIndex tells of calls to the turn that they belong to."""

    @classmethod
    def class_name(cls) -> str:
        return "MassgenHubEvents"

    def handle(self, event: Any, **_more: Any) -> None:
        hearing = _hearing.get()
        if hearing is None:
            return
        match event:
            case LLMChatStartEvent() | LLMCompletionStartEvent():
                hearing.begun(event.span_id or "")
            case LLMChatInProgressEvent() | LLMCompletionInProgressEvent():
                hearing.said(event.span_id or "", event.response.delta or "")
            case LLMChatEndEvent() | LLMCompletionEndEvent():
                hearing.ended(event.span_id or "", event.response)


class _Spans(NullSpanHandler):
    """Passes on what begins, and why a call failed, which LlamaIndex hides where the call gives an answer its form."""

    def span_enter(self, id_: str, *_given: Any, parent_id: str | None = None, **_named: Any) -> None:
        if hearing := _hearing.get():
            hearing.entered(id_, parent_id)

    def span_drop(self, *_given: Any, instance: Any = None, err: BaseException | None = None, **_more: Any) -> None:
        if (hearing := _hearing.get()) and isinstance(instance, LLM):
            hearing.failure = err


get_dispatcher().add_event_handler(_Events())
get_dispatcher().add_span_handler(_Spans())


def _text(response: ChatResponse | CompletionResponse | None) -> str:
    if isinstance(response, ChatResponse):
        return response.message.content or ""
    return response.text if response else ""


def _usage(raw: Any) -> Usage:
    """What the server said of it."""
    said = raw if isinstance(raw, Mapping) else getattr(raw, "__dict__", {})
    return usage_of(said.get("usage"), str(said.get("model") or ""))
