"""Telling a passing failure from a lasting one."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from ..errors import TurnError

PASSING_STATUS = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 529})
PASSING_NAMES = frozenset(
    {"APIConnectionError", "APITimeoutError", "RemoteProtocolError"}
    | {"ConnectError", "ReadError", "WriteError", "ConnectTimeout", "ReadTimeout", "WriteTimeout", "PoolTimeout"}
)
"""What clients call it, httpx's among them, whose errors are no `ConnectionError` or `TimeoutError`."""
PASSING_TYPES = frozenset(
    {"server_error", "overloaded_error", "rate_limit_error", "timeout"}
    | {"upstream_broken", "upstream_timeout", "upstream_unreachable"}
)
"""What an error that comes in the middle of a stream says of itself: it has no status any more."""

EXHAUSTED = frozenset({"insufficient_quota", "billing_hard_limit_reached"})
"""What an error says of itself that comes as 429 and lasts: there is nothing left to spend."""
REFUSALS = frozenset({400, 404, 422})
"""What servers and routers say that know no tools, or not for this model."""


def described(failure: BaseException) -> str:
    """`ValueError: what it says`, or only the name where it says nothing; of a group, what those in it say."""
    if isinstance(failure, BaseExceptionGroup):
        return "; ".join(map(described, failure.exceptions))
    text = str(failure).strip()
    return f"{type(failure).__name__}: {text}" if text else type(failure).__name__


def causes(failure: BaseException) -> Iterator[BaseException]:
    """An exception and everything it was raised from, outermost first, then the same for those in a group."""
    return chain.from_iterable(_lines(failure))


def _lines(failure: BaseException) -> Iterator[list[BaseException]]:
    """An exception with what it was raised from; each exception in a group begins a line of its own."""
    seen: set[int] = set()
    waiting = [failure]
    for first in waiting:
        line: list[BaseException] = []
        current: BaseException | None = first
        while current is not None and id(current) not in seen:
            seen.add(id(current))
            line.append(current)
            if isinstance(current, BaseExceptionGroup):
                waiting.extend(current.exceptions)
            current = current.__cause__ or current.__context__
        yield line


def is_transient(failure: BaseException) -> bool:
    """Whether another try may succeed: a lost connection, a time-out, a server that is busy or fails for a moment.

    A quota that is used up lasts; of a group, one that may succeed is enough.
    """
    return any(any(map(_passes, line)) and not any(map(_is_exhausted, line)) for line in _lines(failure))


def refuses_tools(failure: BaseException) -> bool:
    """Whether a server may have refused a request for its tools, so that asking for text makes sense."""
    return any(_status(cause) in REFUSALS for cause in causes(failure))


def _status(failure: BaseException) -> object:
    """The status of a response, by the names that clients have for it."""
    given = getattr(failure, "status_code", None) or getattr(getattr(failure, "response", None), "status_code", None)
    code = getattr(failure, "code", None)  # Google's have no other name
    return given or (code if isinstance(code, int) else None)


def _is_exhausted(failure: BaseException) -> bool:
    return not EXHAUSTED.isdisjoint(str(getattr(failure, name, "")) for name in ("code", "type"))


def _passes(failure: BaseException) -> bool:
    status = _status(failure)
    return (
        status in PASSING_STATUS
        or isinstance(failure, (ConnectionError, TimeoutError))
        or type(failure).__name__ in PASSING_NAMES
        or (status is None and getattr(failure, "type", None) in PASSING_TYPES)
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


def unfinished(replies: int, option: str) -> TurnError:
    """The failure of an agent that still calls its tools after `replies` of its model; `option` is what bounds them, ""
    where nobody can say more."""
    what = f"after {replies} replies the agent still called tools and had said nothing"
    return TurnError(what, hint=f"raise `{option}`" if option else "give it fewer tools, or a model that stops in time")
