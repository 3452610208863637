"""An event loop with virtual time: sleeping costs nothing, and the same work gives the same order of events.

The loop is asyncio's own, from the standard library; only what it waits for is replaced. It asks its selector to wait
until the next timer is due, and this selector moves the clock there instead. The base class drops cancelled timers
before it says how long to wait, so that the clock never jumps to a dead one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


class Deadlock(RuntimeError):  # noqa: N818 - it says what it is
    """Nothing is ready and no timer is set: nobody can ever wake this loop again."""


@dataclass(frozen=True)
class Timer:
    """A timer that was set: its handle, and the name of the module and the function that it calls."""

    handle: asyncio.TimerHandle
    calls: str


class VirtualLoop(asyncio.BaseEventLoop):
    """Threads, sockets and child processes have no place here; what they would do is done by agents in coroutines.

    Time starts at 0 and is in seconds. `steps` counts the rounds of the loop: every await that really waits ends in a
    step of its own. `close` the loop after use.
    """

    def __init__(self) -> None:
        super().__init__()
        self.steps = 0
        self.timers: list[Timer] = []
        self.errors: list[str] = []
        self._now = 0.0
        self._selector = self
        self._clock_resolution = 1e-6  # asyncio takes a nanosecond, which is lost in the floats of late times
        self._at_steps: dict[int, Callable[[], object]] = {}
        self.set_exception_handler(_remember)

    def time(self) -> float:
        """Virtual seconds since the loop was made."""
        return self._now

    def at_step(self, number: int, action: Callable[[], object]) -> None:
        """Do this before a round of the loop, wherever everybody stands then."""
        self._at_steps[number] = action

    def pending_timers(self) -> list[Timer]:
        """The timers that still wait, in the order in which they were set."""
        due = self._now + self._clock_resolution  # asyncio fires what is due within its resolution
        return [one for one in self.timers if not one.handle.cancelled() and one.handle.when() > due]

    def call_at(  # type: ignore[override]  # the types of the arguments are asyncio's own affair
        self, when: float, callback: Any, *args: Any, context: Any = None
    ) -> asyncio.TimerHandle:
        """As in asyncio; the timer is remembered."""
        handle = super().call_at(when, callback, *args, context=context)
        self.timers.append(Timer(handle, f"{callback.__module__}.{callback.__qualname__}"))
        return handle

    def select(self, timeout: float | None) -> list[object]:
        """Wait until the next timer, which takes no time. Raises `Deadlock` where there is none."""
        self.steps += 1
        if action := self._at_steps.pop(self.steps, None):
            action()
        elif timeout is None:
            raise Deadlock("nothing is ready and no timer is set: the loop would wait for ever")
        elif timeout > 0:
            self._now += timeout
        return []

    def _process_events(self, event_list: list[object]) -> None:
        """There are none: nothing comes from outside."""

    def _write_to_self(self) -> None:
        raise RuntimeError("another thread calls into a loop with virtual time")


def _remember(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Keep what broke in a callback. An exception that nobody fetched is told when memory is freed: never twice at the
    same time, and no part of a history."""
    if isinstance(loop, VirtualLoop) and str(context["message"]).startswith("Exception in callback"):
        loop.errors.append(f"{context['message']}: {context.get('exception')!r}")
