"""What several adapters need: native decision tools, the user's object, threads, and telling a passing failure."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator, Mapping
from concurrent.futures import Future
from contextvars import copy_context
from inspect import signature
from typing import Any, TypeVar

from .contract import JSON, Activity, Host, Model, Question, Usage, hierarchy
from .errors import ConfigError

T = TypeVar("T")

PASSING_STATUS = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 529})
PASSING_NAMES = frozenset({"APIConnectionError", "APITimeoutError", "ConnectError", "ReadError", "RemoteProtocolError"})


def decision_tools(schema: Mapping[str, JSON]) -> list[dict[str, JSON]]:
    """The tools, in the form of Chat Completions, whose arguments are the replies that `Turn.schema` allows.

    `vote` takes a ballot, `answer` a better answer; a turn that allows only one of them has only that tool.
    """
    return [_decision_tool(branch) for branch in schema.get("anyOf", [schema])]


def _decision_tool(parameters: Mapping[str, JSON]) -> dict[str, JSON]:
    name = "answer" if "answer" in parameters["properties"] else "vote"
    function = {"name": name, "description": parameters["description"], "parameters": dict(parameters)}
    return {"type": "function", "function": function}


def causes(failure: BaseException) -> Iterator[BaseException]:
    """An exception and everything it was raised from, outermost first."""
    seen: set[int] = set()
    current: BaseException | None = failure
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield current
        current = current.__cause__ or current.__context__


def is_transient(failure: BaseException) -> bool:
    """Whether another try may succeed: a lost connection, a time-out, a server that is busy or fails for a moment."""
    return any(_passes(cause) for cause in causes(failure))


def _passes(failure: BaseException) -> bool:
    status = getattr(failure, "status_code", None) or getattr(getattr(failure, "response", None), "status_code", None)
    return (
        status in PASSING_STATUS
        or isinstance(failure, (ConnectionError, TimeoutError))
        or type(failure).__name__ in PASSING_NAMES
        or bool(getattr(failure, "transient", False))
    )


def retry_after(failure: BaseException) -> float | None:
    """The seconds that a busy server asks to wait for (its `Retry-After`), if it says so in seconds."""
    said = (_waits(cause) for cause in causes(failure))
    return next((seconds for seconds in said if seconds is not None), None)


def _waits(failure: BaseException) -> float | None:
    headers = getattr(getattr(failure, "response", None), "headers", None) or {}
    given = getattr(failure, "retry_after", None) or headers.get("retry-after")
    try:
        return max(0.0, float(given)) if given is not None else None
    except (TypeError, ValueError):  # a date, or nonsense
        return None


def users_agent(target: Any, accepts: tuple[str, ...], model: Model | None) -> Any:
    """The user's own agent: `target` itself, or what it makes when it is a factory.

    A factory may take `model`, the `massgen_hub.Model` that the config names for this agent.
    Raises `ConfigError` where neither is an agent of the framework.
    """
    if hierarchy(target) & set(accepts):
        return target
    if callable(target):
        wants_model = "model" in signature(target).parameters
        made = target(model=model) if wants_model else target()
        if hierarchy(made) & set(accepts):
            return made
        raise ConfigError(f"the factory made a `{type(made).__name__}`, which is no agent", hint=_expected(accepts))
    raise ConfigError(f"a `{type(target).__name__}` is no agent of this framework", hint=_expected(accepts))


def _expected(accepts: tuple[str, ...]) -> str:
    return f"give an instance of {' or '.join(f'`{name}`' for name in accepts)}, or a factory of one"


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
        """Put a question and block this thread until it is answered."""
        return self._back(self._host.ask(question)).result()

    def _back(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        return asyncio.run_coroutine_threadsafe(work, self._loop)
