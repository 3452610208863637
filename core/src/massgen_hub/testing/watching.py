"""What a process does behind an adapter's back: addresses it asks for, processes it starts, objects it changes."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from .spy import address

DEPTH = 6

_listening: list[list[str]] = []


@contextmanager
def network() -> Iterator[list[str]]:
    """The addresses beyond this machine that are connected to or looked up meanwhile."""
    _listen()
    found: list[str] = []
    _listening.append(found)
    try:
        yield found
    finally:
        _listening.remove(found)


@cache
def _listen() -> None:
    """Audit hooks last as long as the process: one serves all."""
    sys.addaudithook(_heard)


def _heard(event: str, arguments: tuple[Any, ...]) -> None:
    if _listening and (host := address(event, arguments)):
        for found in _listening:
            found.append(host)


def children() -> set[int]:
    """The processes that this one has started and that still run; empty where the system does not tell."""
    listed = Path("/proc/self/task").glob("*/children")
    return {child for file in listed for child in _in(file) if _runs(child)}


def _in(file: Path) -> list[int]:
    """The processes that a file lists; it is gone where its thread has ended meanwhile."""
    try:
        return [int(child) for child in file.read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except OSError:
        return False
    return True


def other_tasks() -> set[asyncio.Task[Any]]:
    """The tasks of the running loop beside the current one."""
    current = asyncio.current_task()
    return {task for task in asyncio.all_tasks() if task is not current}


def public_state(value: Any, depth: int = DEPTH, seen: frozenset[int] = frozenset()) -> Any:
    """What can be seen of an object: plain values as they are, others by type and public attributes, `depth` deep."""
    if isinstance(value, (str, bytes, int, float, bool, type(None))):
        return value
    if depth == 0 or id(value) in seen:
        return type(value).__qualname__
    seen = seen | {id(value)}
    if isinstance(value, Mapping):
        return {repr(key): public_state(value[key], depth - 1, seen) for key in list(value)}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [public_state(part, depth - 1, seen) for part in value]
    public = {name: part for name, part in getattr(value, "__dict__", {}).items() if not name.startswith("_")}
    return type(value).__qualname__, {name: public_state(part, depth - 1, seen) for name, part in public.items()}
