"""What `run` and `resume` share: the screen, interruptions, and what is printed where."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Callable, Coroutine, Sequence
from contextlib import nullcontext
from typing import Any

from ..consensus import Verdict
from ..errors import Unwritable
from ..events import Event
from ..hub import Hub
from ..plugins import Registry
from ..view.text import harmless

WIDTH_OF_PIPES = 160

Watch = Callable[[Event], None]


def attend(hub: Hub, play: Callable[[Watch], Coroutine[Any, Any, Verdict]], screen: Screen, *, as_json: bool) -> int:
    """Let the hub play a run, show it, print its answer; returns the exit code of its verdict."""
    events: list[Event] = []
    try:
        verdict = asyncio.run(_interruptible(hub, play(screen.taking(events)), screen))
    except Unwritable:
        _print_best(events)
        raise
    screen.conclude(verdict, events, hub.registry)
    _print(verdict, events, as_json=as_json)
    return verdict.exit_code


async def _interruptible(hub: Hub, work: Coroutine[Any, Any, Verdict], screen: Screen) -> Verdict:
    """Run with a screen. The first Ctrl-C (or hang-up) asks the run to end, the second one leaves at once."""
    loop, running = asyncio.get_running_loop(), asyncio.create_task(work)
    asked = False

    def interrupted() -> None:
        nonlocal asked
        if asked or not hub.stop():
            running.cancel()
        asked = True

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, interrupted)
    try:
        with screen:
            return await running
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None


class Screen:
    """What is shown on stderr while a run goes on: lanes on a terminal, lines elsewhere, nothing when quiet."""

    def __init__(self, quiet: bool) -> None:
        from rich.console import Console

        from ..view.lines import Lines
        from ..view.live import LiveView

        self._quiet = quiet
        self._console = Console(stderr=True, highlight=False, width=None if sys.stderr.isatty() else WIDTH_OF_PIPES)
        self._view: Any = nullcontext()
        if not quiet:
            self._view = LiveView(self._console) if self._console.is_terminal else Lines(self._write)

    def __enter__(self) -> None:
        self._view.__enter__()

    def __exit__(self, *raised: object) -> None:
        self._view.__exit__(*raised)

    def say(self, *lines: str) -> None:
        """Say something before the run."""
        if not self._quiet:
            for line in lines:
                self._console.print(line, style="dim", markup=False)

    def taking(self, events: list[Event]) -> Any:
        """What the hub calls with every event."""

        def take(event: Event) -> None:
            events.append(event)
            if not self._quiet:
                self._view(event)

        return take

    def conclude(self, verdict: Verdict, events: Sequence[Event], registry: Registry) -> None:
        """The verdict, after the run."""
        if self._quiet:
            return
        from ..record import state_of
        from ..view.verdict import verdict_view

        self._console.print()
        self._console.print(verdict_view(verdict, state_of(events), registry.rules.get(verdict.rule)))
        self._console.print(f"massgen-hub show {events[0].run}", style="dim")
        self._console.print()

    def _write(self, line: str) -> None:
        print(line, file=sys.stderr, flush=True)  # noqa: T201 - a pipe wants the line whole and at once


def _print(verdict: Verdict, events: Sequence[Event], *, as_json: bool) -> None:
    if as_json:
        from ..codec import to_json
        from ..report import report

        print(to_json(report(events)))  # noqa: T201
    elif verdict.answer:
        _print_answer(verdict.answer)


def _print_answer(answer: str) -> None:
    """As it was written into a pipe; harmless to a terminal."""
    print(harmless(answer) if sys.stdout.isatty() else answer, flush=True)  # noqa: T201


def _print_best(events: Sequence[Event]) -> None:
    """What had been answered before the record failed: nothing is lost."""
    given = [event.data["decision"]["text"] for event in events if event.type == "replied" and _answered(event)]
    if given:
        _print_answer(given[-1])


def _answered(event: Event) -> bool:
    return bool(event.data["decision"]["kind"] == "answer")
