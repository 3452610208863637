"""The worker's end of the wire, and how a worker ends."""

from __future__ import annotations

import asyncio
import atexit
import ctypes
import faulthandler
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from typing import NoReturn

from ..errors import PluginError, TurnError
from .family import end_descendants
from .messages import LONGEST, Beat, Close, FromHub, FromWorker, WireError, encode, from_hub, from_worker

LAST_SECONDS = 1.0
"""What a worker has to close its agent, once the hub is gone."""
PR_SET_CHILD_SUBREAPER = 36


class Link:
    """Messages out, from any thread; messages in, read by a thread of its own so that no agent can keep them waiting.

    An end of file, or a SIGTERM, means that the hub is gone: the agent is closed, and then the processes of its group
    end. The hub's warden sees to those that left it.
    """

    def __init__(self, source: int, output: int) -> None:
        self._source, self._output = os.fdopen(source, "rb"), os.fdopen(output, "wb")
        self._pipes = (source, output)
        self._lock = threading.Lock()
        self._inbox: asyncio.Queue[FromHub | WireError] = asyncio.Queue()
        self._abandoned = False

    def send(self, message: FromWorker) -> None:
        """Write a line. Raises `TypeError` or `ValueError` where the hub could not read it, `TurnError` where it is too
        long."""
        line = encode(message)
        if len(line) > LONGEST:
            raise TurnError(f"{len(line):,} bytes are more than the {LONGEST:,} that may go to the hub at once")
        from_worker(line)  # what the hub cannot read ends this process
        with self._lock:
            try:
                self._output.write(line)
                self._output.flush()
            except OSError:
                pass  # the hub is gone, as the reading thread will see

    async def receive(self) -> FromHub:
        """The next message. Raises `PluginError` where it is none."""
        message = await self._inbox.get()
        if isinstance(message, WireError):
            raise PluginError(f"the hub sent what the worker cannot read: {message}")
        return message

    def listen(self) -> None:
        """From now on, let messages come in to the running loop, and end when the hub is gone."""
        loop = asyncio.get_running_loop()

        def put(message: FromHub | WireError) -> None:
            loop.call_soon_threadsafe(self._inbox.put_nowait, message)

        def abandon() -> None:
            self._abandoned = True
            _start(self._end_soon)
            put(Close())

        def read() -> None:
            for line in self._source:
                put(_message(line))
            abandon()

        signal.signal(signal.SIGTERM, lambda *_: abandon())
        _adopt()
        os.register_at_fork(after_in_child=self._disown)
        _start(read)

    def beat(self, silence: float) -> None:
        """From now on, show the hub that this process lives, and end it should Python stop running for long.

        The second is done without Python by `faulthandler`, which leaves in the log where every thread was stuck. The
        two are apart because the first waits while nobody reads the wire.
        """
        _start(_forever, silence / 12, lambda: self.send(Beat()))
        _start(_forever, silence / 12, lambda: faulthandler.dump_traceback_later(silence * 0.8, exit=True, file=2))

    def leave(self, code: int) -> NoReturn:
        """End this process, after the clean-up that libraries left to `atexit`.

        Threads that a framework leaves behind would keep a process that ends in the ordinary way.
        """
        atexit._run_exitfuncs()
        sys.stdout.flush()
        if self._abandoned:
            self._end_all()
        end_descendants(os.getpid())
        os._exit(code)

    def _disown(self) -> None:
        """Make a child that was forked something else than this worker: it neither speaks for it nor holds the pipes.

        They are replaced, not closed: their numbers might come to mean files of the child.
        """
        self._lock = threading.Lock()  # another thread may have held it
        for pipe in self._pipes:
            os.dup2(0, pipe, inheritable=False)

    def _end_soon(self) -> None:
        time.sleep(LAST_SECONDS)
        self._end_all()

    def _end_all(self) -> NoReturn:
        """End this process and its children, at once."""
        end_descendants(os.getpid())
        if os.getpgrp() == os.getpid():
            os.killpg(0, signal.SIGKILL)
        os._exit(1)


def _message(line: bytes) -> FromHub | WireError:
    try:
        return from_hub(line)
    except WireError as problem:
        return problem


def _start(function: Callable[..., object], *arguments: object) -> threading.Thread:
    thread = threading.Thread(target=function, args=arguments, daemon=True)
    thread.start()
    return thread


def _forever(pause: float, function: Callable[[], object]) -> None:
    while True:
        function()
        time.sleep(pause)


def _adopt() -> None:
    """From now on, be the parent of all descendants whose own parent ends, where the system has such a thing."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
