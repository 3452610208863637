"""What one worker process prints: the file that it goes to, its bounds, and the lines that tell how it ended."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from io import FileIO
from pathlib import Path
from typing import BinaryIO

LONGEST = 16 * 1024 * 1024
"""Bytes of a log, beyond which only its beginning and its end are kept."""
KEPT = LONGEST // 8
LAST = 16 * 1024
LINES = 15
CRASHES, STACK = ("Fatal Python error: ", "Timeout (0:"), "(most recent call first):"
"""How what `faulthandler` leaves begins, and each stack in it, of which the last is that of the main thread."""


class Log:
    """The end of a file in which earlier processes may have left something."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._start = 0
        self._lock = threading.Lock()

    def open(self) -> BinaryIO:
        """For a new process to append to; readable by its owner only."""
        log = os.fdopen(os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "wb")
        self._start = os.fstat(log.fileno()).st_size
        return log

    def trim(self) -> None:
        """Take out the middle of a log that is too long, and say so in its place."""
        try:
            with self._lock, open(self._path, "r+b", buffering=0, opener=_appending) as log:
                size = log.seek(0, os.SEEK_END)
                if size > LONGEST:
                    self._cut(log, size)
        except OSError:
            return

    def _cut(self, log: FileIO, size: int) -> None:
        note = f"\n[massgen-hub left out {size - 2 * KEPT:,} bytes here]\n".encode()
        log.seek(size - KEPT)
        end = log.read() + log.read()  # with what came while the first was read
        log.truncate(KEPT)
        log.write(note + end)  # at the end, wherever that is by now
        self._start = max(min(self._start, KEPT), self._start - size + 2 * KEPT + len(note))

    def last_lines(self) -> str:
        """The end of what the process printed, or how it crashed, indented; empty where it printed nothing, or where
        the log is gone."""
        try:
            with self._path.open("rb") as log:
                log.seek(max(self._start, log.seek(0, os.SEEK_END) - LAST))
                lines = log.read().decode(errors="replace").splitlines()
        except OSError:
            return ""
        return "\n".join(f"  {line}" for line in _telling(lines) if line.strip())


def _appending(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_APPEND)


def _telling(lines: list[str]) -> list[str]:
    """The last lines, or those of a crash that tell where it was."""
    crash = _last(lines, lambda line: line.startswith(CRASHES))
    stack = _last(lines, lambda line: line.endswith(STACK))
    return lines[-LINES:] if crash is None or stack is None else [lines[crash], *lines[stack:]][:LINES]


def _last(lines: list[str], fits: Callable[[str], bool]) -> int | None:
    return max((number for number, line in enumerate(lines) if fits(line)), default=None)
