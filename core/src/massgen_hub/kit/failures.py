"""Telling a passing failure from a lasting one."""

from __future__ import annotations

from collections.abc import Iterator

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
    """The failure of an agent that still calls its tools after `replies` of its model; `option` is what bounds them."""
    what = f"after {replies} replies the agent still called tools and had said nothing"
    return TurnError(what, hint=f"raise `{option}`")
