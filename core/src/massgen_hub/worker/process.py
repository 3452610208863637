"""One worker process, as the hub sees it: lines in, lines out, and its end."""

from __future__ import annotations

import asyncio
import os
import signal
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, cast

from ..errors import ConfigError
from .family import end_descendants, end_family
from .launch import Launch
from .log import Log
from .messages import LONGEST

MOMENT = 0.001
"""Seconds for which lines are handed on before everybody else on the loop has a turn."""
STRAGGLERS = 0.2
"""Seconds between the end of the pipe and that of the process, whichever comes first: somebody else may still hold the
pipe, or the process live on without it."""


class Process(asyncio.SubprocessProtocol):
    """A process and all that it started: its children have a session, and so a process group, of their own, and those
    that left it still have its home."""

    def __init__(self, receive: Callable[[bytes], None], gone: Callable[[], None]) -> None:
        """`receive` gets each line, in order; `gone` is called once, after the last."""
        self._receive, self._gone = receive, gone
        self._loop = asyncio.get_running_loop()
        self._starting: asyncio.Task[object]
        self._transport: asyncio.SubprocessTransport
        self._alarm: asyncio.TimerHandle | None = None
        self._line = bytearray()
        self._lines: deque[bytes] = deque()
        self._behind = self._lost = False
        self._heard = 0.0
        self._ended: asyncio.Future[None] = self._loop.create_future()
        self._sweeping: asyncio.Future[None]
        self._home: Path
        self.dying = self.broken = False
        self._reason = ""

    async def start(self, launch: Launch, log: Log) -> None:
        """Start it; what it prints goes to the log. Raises `ConfigError` where that cannot be done. After anything
        else, `end` it."""
        self._home = launch.home
        with log.open() as file:
            self._starting = asyncio.create_task(self._execute(launch, file))
            await asyncio.wait([self._starting])
        try:
            self._starting.result()
        except OSError as failure:
            what = f"a worker cannot be started: {failure.strerror}: {failure.filename or launch.python}"
            raise ConfigError(what) from failure

    async def _execute(self, launch: Launch, log: BinaryIO) -> None:
        pipe = asyncio.subprocess.PIPE
        await self._loop.subprocess_exec(
            lambda: self,
            *launch.command,
            stdin=pipe,
            stdout=pipe,
            stderr=log,
            cwd=launch.folder,
            env=launch.environment(),
            start_new_session=True,
        )

    async def end(self, patience: float = 0.0) -> None:
        """Wait so many seconds for it to go, then end it and all that it started. Nothing is left afterwards."""
        await asyncio.wait([self._starting])
        if self._starting.exception() is not None:
            return
        try:
            await asyncio.wait([self._ended], timeout=patience)
        finally:
            self.kill()
        await asyncio.wait([self._ended])
        await asyncio.wait([self._sweeping])

    def send(self, line: bytes) -> None:
        """Write a line; what a process that is gone does not read is lost."""
        if not self.dying:
            self._stdin.write(line)

    @property
    def unread(self) -> int:
        """Bytes that were sent, and that it has not read."""
        return 0 if self.dying else self._stdin.get_write_buffer_size()

    def watch(self, silence: float) -> None:
        """From now on, end the process when nothing comes from it for so many seconds."""
        if self.dying:
            return
        quiet = self._loop.time() - self._heard
        if quiet >= silence:
            self._reason = f"gave no sign of life for {silence:g} s"
            self.kill()
        else:
            self._alarm = self._loop.call_later(silence - quiet, self.watch, silence)

    def fail(self, reason: str) -> None:
        """End the process for this reason, and hear no more of it."""
        self.broken, self._reason = True, reason
        self.kill()

    def kill(self) -> None:
        """End the process and its children, at once."""
        self.dying = True
        if not self._ended.done():
            if self._transport.get_returncode() is None:
                end_descendants(self._transport.get_pid())
            try:
                os.killpg(self._transport.get_pid(), signal.SIGKILL)
            except (ProcessLookupError, PermissionError):  # gone; macOS says the second of zombies
                pass

    @property
    def how_it_ended(self) -> str:
        """`ended with exit code 3`, `was killed by SIGSEGV`, or which rule it broke."""
        code = self._transport.get_returncode()
        if self._reason or code is None:
            return self._reason or "is gone"
        return f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"

    # What asyncio calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The process is there."""
        self._transport = cast("asyncio.SubprocessTransport", transport)

    @property
    def _stdin(self) -> asyncio.WriteTransport:
        return cast("asyncio.WriteTransport", self._transport.get_pipe_transport(0))

    def pipe_data_received(self, _fd: int, data: bytes) -> None:
        """Some bytes of its output came, with any number of ends of lines in them."""
        self._heard = self._loop.time()
        head, newline, rest = data.rpartition(b"\n")
        if newline:
            self._lines.extend((bytes(self._line) + head).split(b"\n"))
            self._line = bytearray(rest)
        else:
            self._line += rest
        if not self._behind:
            self._hand_on()
        if len(self._line) > LONGEST:
            self.fail(f"sent a line of more than {LONGEST:,} bytes")
            self._line.clear()

    def _hand_on(self) -> None:
        """Hand on lines for a moment. While more are left the process has to wait, and everybody else goes on."""
        until = self._loop.time() + MOMENT
        while self._lines and not self.broken:
            self._receive(self._lines.popleft())
            if self._loop.time() > until:
                break
        if self.broken:
            self._lines.clear()
        self._behind = bool(self._lines)
        output = cast("asyncio.ReadTransport", self._transport.get_pipe_transport(1))
        if self._behind:
            output.pause_reading()
            self._loop.call_soon(self._hand_on)
        else:
            output.resume_reading()
            if self._lost:
                self._finish()

    def pipe_connection_lost(self, fd: int, _exc: Exception | None) -> None:
        """It closed its output: it is about to end, or else nothing can be heard of it again."""
        if fd == 1:
            self.dying = True
            self._loop.call_later(STRAGGLERS, self._end_mute)

    def _end_mute(self) -> None:
        if self._transport.get_returncode() is None:
            self.fail("closed its output")

    def process_exited(self) -> None:
        """It is gone; its children go with it."""
        self.kill()
        self._loop.call_later(STRAGGLERS, self._close)

    def _close(self) -> None:
        if self._behind:
            self._loop.call_later(STRAGGLERS, self._close)
        else:
            self._transport.close()

    def connection_lost(self, _exc: Exception | None) -> None:
        """It is gone, and all that it wrote has been read."""
        self.dying = self._lost = True
        if not self._behind:
            self._finish()

    def _finish(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
        self._ended.set_result(None)
        self._gone()
        self._sweeping = self._loop.run_in_executor(None, end_family, self._home)
