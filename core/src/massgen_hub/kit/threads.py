"""Agents that block: a thread for a turn, and a host that may be used from it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import Future
from contextvars import copy_context
from typing import Any, TypeVar

from ..contract import JSON, Activity, Host, Question, Usage
from .questions import ask

T = TypeVar("T")


async def in_thread(function: Callable[[], T], name: str) -> T:
    """Run a blocking function in a daemon thread of its own and wait for it.

    Unlike `asyncio.to_thread` it never queues behind other agents, and it does not keep a process alive. Cancelling
    the wait leaves the thread running, which is why such adapters ask for `cancel="kill"`.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()
    context = copy_context()

    def settle(result: T | None, failure: BaseException | None) -> None:
        if done.cancelled():
            return
        if failure is not None:
            done.set_exception(failure)
        else:
            done.set_result(result)  # type: ignore[arg-type]

    def work() -> None:
        result: T | None = None
        failure: BaseException | None = None
        try:
            result = context.run(function)
        except StopIteration as stop:  # a future refuses to carry it
            failure = RuntimeError(f"the agent raised {stop!r}")
        except BaseException as raised:
            failure = raised
        if not loop.is_closed():
            loop.call_soon_threadsafe(settle, result, failure)

    threading.Thread(target=work, name=name, daemon=True).start()
    return await done


class ThreadedHost:
    """A host for another thread or another event loop. Made in the loop that the real one belongs to.

    Reports are handed over, questions are waited for: with `await` from another loop, with `ask_and_wait` from a
    thread that has none.
    """

    def __init__(self, host: Host) -> None:
        self._host, self._loop = host, asyncio.get_running_loop()
        self._waiting: set[Future[Any]] = set()
        self._over = False

    def say(self, text: str, part: int = 0) -> None:
        """Stream a piece of text."""
        self._loop.call_soon_threadsafe(self._host.say, text, part)

    def note(self, activity: Activity) -> None:
        """Report what the agent does."""
        self._loop.call_soon_threadsafe(self._host.note, activity)

    def spend(self, usage: Usage) -> None:
        """Report usage."""
        self._loop.call_soon_threadsafe(self._host.spend, usage)

    async def ask(self, question: Question) -> str:
        """Put a question and wait for the answer."""
        return await asyncio.wrap_future(self._back(self._host.ask(question)))

    async def call(self, tool: str, arguments: Mapping[str, JSON]) -> JSON:
        """Run a tool of the hub and wait for its result."""
        return await asyncio.wrap_future(self._back(self._host.call(tool, arguments)))

    def ask_and_wait(self, question: Question) -> str:
        """Put a question and block this thread until it is answered. Raises as `kit.ask` does."""
        return self._back(ask(self._host, question)).result()

    def stop_waiting(self) -> None:
        """Break off what is waited for, now and later, where a turn was cancelled and its thread was not."""
        self._over = True
        for waiting in self._waiting.copy():
            waiting.cancel()

    def _back(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        waiting = asyncio.run_coroutine_threadsafe(work, self._loop)
        self._waiting.add(waiting)
        waiting.add_done_callback(self._waiting.discard)
        if self._over:  # looked at last: the thread may get here while its turn is cancelled
            waiting.cancel()
        return waiting
