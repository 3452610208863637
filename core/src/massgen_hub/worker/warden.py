"""Ends what a killed hub leaves: one small process beside a hub, for as long as it has workers.

A worker whose Python is stuck, or that is stopped, does not see that the hub is gone, and cannot end what it started.
A signal that the kernel sends at the death of its parent would come when the thread ends that started it, which may be
long before the hub does. So this process waits for the hub itself to be gone.
"""

from __future__ import annotations

import os
import select
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from .family import end_family, family, remove_home

LAST_SECONDS = 1.0
"""What workers have to close their agents, once the hub is gone."""
PAUSE = 0.02
GAINED, LOST, END = b"+", b"-", b"\0"
"""What the hub says of a home: that a worker has it, or that it is gone."""


def main(hub: int) -> None:
    """Learn of homes until the hub with this process id is gone; then end who lives in those that are left."""
    homes: set[Path] = set()
    for what in b"".join(_told(hub)).split(END)[:-1]:
        change = homes.add if what.startswith(GAINED) else homes.discard
        change(Path(os.fsdecode(what[1:])))
    until = time.monotonic() + LAST_SECONDS
    while family(*homes) and time.monotonic() < until:
        time.sleep(PAUSE)
    end_family(*homes)
    for home in homes:
        remove_home(home)


def _told(hub: int) -> Iterator[bytes]:
    """What the hub says, until it is gone: a copy of it may hold the other end of the pipe for longer."""
    sources = [0, *_death_of(hub)]
    while os.getppid() == hub:
        if 0 not in select.select(sources, [], [])[0] or not (data := os.read(0, 65536)):
            return
        yield data


def _death_of(hub: int) -> list[int]:
    """A descriptor that can be read once this process is gone, where the system has such a thing."""
    try:
        return [os.pidfd_open(hub)] if sys.platform == "linux" else []
    except OSError:
        return []
