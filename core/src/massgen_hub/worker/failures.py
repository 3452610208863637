"""Exceptions on their way between the hub and a worker."""

from __future__ import annotations

from ..errors import ConfigError, HubError, ModelError, NotAvailable, PluginError, TurnError, WorkerDied
from ..kit import described, is_transient, retry_after, traceback_of
from .messages import Failure

KINDS: dict[str, type[HubError]] = {
    kind.__name__: kind for kind in (ConfigError, PluginError, ModelError, TurnError, NotAvailable, WorkerDied)
}
LONGEST = 10_000
"""Characters of a message: some frameworks put a whole response into it."""


def to_failure(error: BaseException) -> Failure:
    """What the other side has to know of an exception."""
    kind = next((known.__name__ for known in type(error).__mro__ if known in KINDS.values()), "")
    message = error.message if isinstance(error, HubError) else described(error)
    hint = error.hint if isinstance(error, HubError) else ""
    return Failure(
        error=kind,
        message=message[:LONGEST],
        hint=hint,
        transient=is_transient(error),
        retry_after=retry_after(error),
        traceback=traceback_of(error),
    )


def to_error(failure: Failure, *, other: type[HubError] = TurnError) -> HubError:
    """The exception of a failure: of its own class where it is one of ours, else of the class `other`."""
    error = _made(KINDS.get(failure.error, other), failure)
    if failure.traceback:
        error.traceback = failure.traceback
    return error


def _made(kind: type[HubError], failure: Failure) -> HubError:
    if issubclass(kind, TurnError):
        return kind(failure.message, hint=failure.hint, transient=failure.transient, retry_after=failure.retry_after)
    return kind(failure.message, hint=failure.hint)
