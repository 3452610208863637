"""Why an attempt of a turn failed."""

from __future__ import annotations

from dataclasses import dataclass

from ..consensus.events import Why
from ..errors import HubError, WorkerDied
from ..kit import described, is_transient, retry_after, traceback_of


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What is recorded of a failure, and whether another try makes sense, at the earliest after `wait` seconds."""

    why: Why
    message: str
    hint: str = ""
    traceback: str = ""
    transient: bool = False
    wait: float = 0.0
    left_behind: bool = False


def fault_of(failure: BaseException) -> Fault:
    """What an exception of an agent comes to. The same wherever the agent lives."""
    return Fault(
        why="worker_died" if isinstance(failure, WorkerDied) else "error",
        message=message_of(failure),
        hint=failure.hint if isinstance(failure, HubError) else "",
        traceback=traceback_of(failure),
        transient=is_transient(failure),
        wait=retry_after(failure) or 0.0,
    )


def message_of(failure: BaseException) -> str:
    """What an exception says, with its name where it is none of ours."""
    return failure.message if isinstance(failure, HubError) else described(failure)
