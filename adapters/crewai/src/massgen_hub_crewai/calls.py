"""The model calls of a turn, made where a cancel ends them.

CrewAI calls models in threads, which nothing can stop. Within a turn of the hub, `call` of a client therefore waits for
its `acall`, which runs in the hub's event loop; outside of one it is as it was.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager
from contextvars import ContextVar
from copy import copy
from functools import wraps
from typing import Any, TypeVar

from crewai import BaseLLM
from crewai.hooks.dispatch import HookAborted
from crewai.llms.base_llm import call_stop_override, call_stream_override
from crewai.llms.providers.openai.completion import OpenAICompletion
from crewai.llms.retry import _active_llm_rate_limit_retry
from massgen_hub.kit import asked_once

from .braces import restored
from .models import Models

T = TypeVar("T")
SECONDS_TO_STOP = 2.0


class Calls:
    """The calls of one turn. Made in the hub's event loop, used from the threads of CrewAI.

    `models`: what is called by a mere name, also by crews that a flow makes in its steps. `heard` may put another reply
    in the place of the model's. `forced`: models of OpenAI's kind must call a tool.
    """

    def __init__(self, models: Models, heard: Callable[[Any], Any], *, forced: bool = False) -> None:
        self._heard, self._loop = heard, asyncio.get_running_loop()
        self.models, self.forced = models, forced
        self._tasks: set[asyncio.Task[Any]] = set()
        self._over = False
        _prepare(BaseLLM)

    @contextmanager
    def made_here(self) -> Iterator[None]:
        """Calls in this context are those of the turn. The hub tries again, not CrewAI."""
        token = _current.set(self)
        retrying = _active_llm_rate_limit_retry.set(True)  # what CrewAI sets while it tries again: it does so once
        try:
            yield
        finally:
            _active_llm_rate_limit_retry.reset(retrying)
            _current.reset(token)

    def wait(self, work: Coroutine[Any, Any, T]) -> T:
        """What comes of work in the hub's loop. Blocks this thread; raises `HookAborted` when the turn is over."""
        try:
            return asyncio.run_coroutine_threadsafe(self._kept(work), self._loop).result()
        except CancelledError:
            raise _over() from None

    async def made(self, work: Coroutine[Any, Any, Any]) -> Any:
        """What the agent is told of a model's reply."""
        if asyncio.get_running_loop() is self._loop:
            return self._heard(await work)
        there = asyncio.run_coroutine_threadsafe(self._kept(self.made(work)), self._loop)
        return await asyncio.wrap_future(there)

    async def end(self) -> None:
        """Hang up on every model, and let no other be called."""
        self._over = True
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=SECONDS_TO_STOP)

    async def _kept(self, work: Coroutine[Any, Any, T]) -> T:
        if self._over:
            work.close()
            raise _over()
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return await work


_current: ContextVar[Calls | None] = ContextVar("massgen_hub_crewai_calls", default=None)


def current() -> Calls:
    """The calls of the turn that this code runs in."""
    calls = _current.get()
    if calls is None:
        raise RuntimeError("a tool of the hub was called outside of its turns")
    return calls


def _over() -> HookAborted:
    """What CrewAI takes for a decision, which it does not try again."""
    return HookAborted("the turn of the hub is over", source="massgen-hub")


def _prepare(kind: type[BaseLLM]) -> None:
    """Every class of clients below this one that can call its model both ways."""
    for below in kind.__subclasses__():
        own = vars(below)
        if "call" in own and "acall" in own and not hasattr(own["call"], "waits"):
            below.call, below.acall = _waiting(own["call"]), _once(own["acall"])  # type: ignore[method-assign]
        _prepare(below)


def _waiting(blocking: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(blocking)
    def call(llm: BaseLLM, *args: Any, **kwargs: Any) -> Any:
        calls = _current.get()
        return blocking(llm, *args, **kwargs) if calls is None else calls.wait(llm.acall(*args, **kwargs))

    call.waits = True  # type: ignore[attr-defined]
    return call


def _once(awaited: Callable[..., Awaitable[Any]]) -> Callable[..., Any]:
    @wraps(awaited)
    async def acall(llm: BaseLLM, messages: Any, *args: Any, **kwargs: Any) -> Any:
        if (calls := _current.get()) is None:
            return await awaited(llm, messages, *args, **kwargs)
        twin = _twin(calls.models.client(llm))
        if calls.forced:
            _forced(twin)

        async def made() -> Any:
            with call_stop_override(twin, llm.stop_sequences), call_stream_override(twin, True):
                return await awaited(twin, restored(messages), *args, **kwargs)

        return await calls.made(made())

    return acall


def _twin(llm: BaseLLM) -> BaseLLM:
    """The client as it is, over the same connections, but that it does not try again."""
    twin: Any = copy(llm)
    for name in ("_client", "_async_client"):
        if hasattr(llm, name):
            setattr(twin, name, asked_once(getattr(llm, name)))
    if "max_retries" in type(llm).model_fields:
        twin.max_retries = 0
    return twin  # type: ignore[no-any-return]


def _forced(twin: BaseLLM) -> BaseLLM:
    """The client, whose model must call one of the tools that it is given. CrewAI itself leaves it the choice."""
    if isinstance(twin, OpenAICompletion):
        prepared = twin._prepare_completion_params

        def prepare(*args: Any, **kwargs: Any) -> dict[str, Any]:
            params = prepared(*args, **kwargs)
            return params | {"tool_choice": "required"} if "tools" in params else params

        object.__setattr__(twin, "_prepare_completion_params", prepare)
    return twin
