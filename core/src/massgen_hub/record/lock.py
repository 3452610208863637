"""One writer a run: an exclusive lock on the file of its events. It ends with the process that holds it."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import IO

from ..errors import RecordError, Unwritable

try:
    import fcntl
except ImportError:  # no POSIX: two processes on one run are not told apart there, and a run never looks alive
    fcntl = None  # type: ignore[assignment]

TRIES, PAUSE_SECONDS = 20, 0.01  # a reader that looks whether there is a writer holds the lock for a moment


def open_locked(path: Path) -> IO[str]:
    """The file to append events to, made if it is not there. Closing it lets go of the run.

    Raises `RecordError` where another process writes this run, `Unwritable` where nobody can.
    """
    try:
        path.parent.mkdir(parents=True, mode=0o700, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    except OSError as failure:
        raise unwritable(path, failure) from failure
    if not _lock(descriptor):
        os.close(descriptor)
        run = path.parent.name
        raise RecordError(
            f"the run {run} is going on already",
            hint=f"wait for its end, or look at it with `massgen-hub show {run}`",
        )
    return os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace")


def is_written(path: Path) -> bool:
    """Whether a living process writes these events."""
    if fcntl is None:
        return False
    with path.open("rb") as file:
        return not _try(file.fileno(), fcntl.LOCK_SH)


def unwritable(path: Path, failure: OSError) -> Unwritable:
    """The error for a record that cannot be written."""
    return Unwritable(
        f"the record {path} cannot be written: {failure.strerror or failure}",
        hint="free some space or choose another folder with `--runs FOLDER`",
    )


def _lock(descriptor: int) -> bool:
    if fcntl is None:
        return True
    for _ in range(TRIES):
        if _try(descriptor, fcntl.LOCK_EX):
            return True
        time.sleep(PAUSE_SECONDS)
    return False


def _try(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # a file system without locks: the run goes on without one
        return True
    return True
