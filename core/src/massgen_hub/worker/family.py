"""All processes of a worker, also those that left its group and its tree: they have the home that the worker gave them.

A process that starts another one may take everything from it, but tools that clear the environment of their children
leave them HOME. Those that were left nothing are found as long as their worker lives: it adopts them when their parents
end. Only Linux tells: elsewhere the process group is all.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

PROC = Path("/proc")
PREFIX = "massgen-hub-worker-"
"""How a home begins that a worker has for itself. In any other live processes that are none of ours."""
GUARD = b"MASSGEN_HUB_GUARD=1"
"""The mark of a guard: see `massgen_hub.kit.guard_environment`."""
PATIENCE = 1.0
"""Seconds for killed processes to be gone."""
PAUSE = 0.005
PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096


def new_home() -> Path:
    """A folder that nobody else has."""
    from ..folders import new_temporary  # here, because the warden starts faster without it

    return new_temporary(PREFIX)


def remove_home(home: Path) -> None:
    """Remove it with all that is in it, as far as that can be done; nothing where it is not a worker's own."""
    import shutil  # here, because the warden starts faster without it

    if home.name.startswith(PREFIX):
        shutil.rmtree(home, ignore_errors=True)


def is_told() -> bool:
    """Whether this system tells of other processes."""
    return (PROC / "self" / "environ").exists()


def family(*homes: Path) -> list[int]:
    """The processes that have one of these homes, as far as they are a worker's own."""
    own = [home for home in homes if home.name.startswith(PREFIX)]
    wanted = {os.fsencode(known) for home in own for known in (f"HOME={home}", f"TMPDIR={home / 'tmp'}")}
    if not wanted:
        return []
    return [pid for pid in _numbers(PROC) if not wanted.isdisjoint(_read(pid, "environ").split(b"\0"))]


def end_family(*homes: Path) -> None:
    """Kill the processes that have one of these homes, until there are none."""
    until = time.monotonic() + PATIENCE
    while (found := family(*homes)) and time.monotonic() < until:
        for pid in found:
            end_descendants(pid)
            _kill(pid)
        time.sleep(PAUSE)


def end_descendants(pid: int) -> None:
    """Kill what a living process has started, and what that has started, but for guards, which tidy up after it."""
    for task in _numbers(PROC / str(pid) / "task"):
        for child in map(int, _read(pid, f"task/{task}/children").split()):
            if GUARD not in _read(child, "environ").split(b"\0"):
                end_descendants(child)
                _kill(child)


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except OSError:  # gone, or somebody else's by now
        pass


def memory_of(home: Path, most: int) -> int:
    """The bytes that the processes with this home hold in memory. Where they seem to be more than `most`, pages that
    several of them share are counted once, which takes longer."""
    pids = family(home)
    held = sum(map(_resident, pids))
    return held if held <= most else sum(map(_proportional, pids))


def _numbers(folder: Path) -> Iterator[int]:
    """The processes or threads that a folder of `/proc` lists; none where it is gone."""
    try:
        yield from [int(path.name) for path in folder.iterdir() if path.name.isdigit()]
    except OSError:
        return


def _read(pid: int, what: str) -> bytes:
    """A file of a process; empty where it is gone, or not ours."""
    try:
        return (PROC / str(pid) / what).read_bytes()
    except OSError:
        return b""


def _resident(pid: int) -> int:
    sizes = _read(pid, "statm").split()
    return int(sizes[1]) * PAGE if sizes else 0


def _proportional(pid: int) -> int:
    for line in _read(pid, "smaps_rollup").splitlines():
        if line.startswith(b"Pss:"):
            return int(line.split()[1]) * 1024
    return _resident(pid)
