"""Ends what a turn has started, even where its process is killed before it could do so.

A worker is killed with its process group. Kernels leave that group and containers were never in it, so a process of
its own watches: when the pipe from the turn breaks, it ends them. This file is that process, too, and starts in a
moment: it imports the standard library, and a client only to use it.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any, Self
from uuid import uuid4

MARK = "MASSGEN_HUB_TURN"
DONE = {"done": True}
PATIENCE, PAUSE = 5.0, 0.1
"""Seconds."""


class Guard:
    """The guard of one turn, as a context manager."""

    def __init__(self) -> None:
        from massgen_hub.kit import guard_environment  # not at the top: the guard itself does without

        self._mark = uuid4().hex
        self._process = subprocess.Popen(
            [sys.executable, "-P", __file__, f"{MARK}={self._mark}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
            env=guard_environment(),
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_failure: object) -> None:
        self._process.communicate()

    @property
    def mark(self) -> dict[str, str]:
        """The variable by which the guard knows the processes of this turn, which all end with it. Linux only."""
        return {MARK: self._mark}

    @contextmanager
    def container(self, name: str, *, remove: bool) -> Iterator[None]:
        """A container of this name is made in here, and ends with it."""
        self._tell({"container": name, "remove": remove})
        try:
            yield
        finally:
            with suppress(OSError):  # the engine's errors are some: then the guard tries again
                end_container(name, remove=remove)
                self._tell(DONE)

    @contextmanager
    def kernel(self, address: str, headers: Mapping[str, str]) -> Iterator[None]:
        """The kernel at this address is ended in here, where a DELETE would end it, too."""
        self._tell({"kernel": address, "headers": dict(headers)})
        yield
        self._tell(DONE)

    def _tell(self, what: Mapping[str, Any]) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(what) + "\n")
        self._process.stdin.flush()


def main(mark: str, lines: Iterable[str]) -> None:
    """Watch until the pipe ends, then clean up."""
    told = [json.loads(line) for line in lines]
    _until(lambda: not _end_marked(mark.encode()))
    for one in told if DONE not in told else ():
        if "kernel" in one:
            _end_kernel(one["kernel"], one["headers"])
        else:
            _until(partial(_ended, one["container"], remove=one["remove"]))


def _ended(name: str, *, remove: bool) -> bool:
    with suppress(OSError):
        return end_container(name, remove=remove)
    return False


def end_container(name: str, *, remove: bool) -> bool:
    """End a container at once: an idle shell ignores the signal that an engine sends first. Whether there was one."""
    import docker

    client = docker.from_env()
    try:
        container = client.containers.get(name)
        container.remove(force=True) if remove else container.stop(timeout=0)
    except docker.errors.NotFound:
        return False
    finally:
        client.close()
    return True


def _until(done: Callable[[], bool]) -> None:
    """Try it again and again for a few seconds: the turn may have ended between a request and its answer."""
    end = time.monotonic() + PATIENCE
    while not done() and time.monotonic() < end:
        time.sleep(PAUSE)


def _end_marked(mark: bytes) -> bool:
    """Kill the processes that carry the mark; whether there were any."""
    found = [path for path in Path("/proc").glob("[0-9]*/environ") if mark in _read(path).split(b"\0")]
    for path in found:
        try:
            os.kill(int(path.parent.name), signal.SIGKILL)
        except ProcessLookupError:
            pass
    return bool(found)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:  # gone, or somebody else's
        return b""


def _end_kernel(address: str, headers: Mapping[str, str]) -> None:
    import requests

    requests.delete(address, headers=dict(headers), timeout=PATIENCE)


if __name__ == "__main__":
    main(sys.argv[1], sys.stdin)
