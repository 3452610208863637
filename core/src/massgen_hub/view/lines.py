"""A run as plain lines, for pipes and logs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Self

from ..events import Event
from .board import Board, Lane
from .text import one_line, seconds, several, tokens, versions

WIDTH = 100


class Lines:
    """Writes a line when something is decided."""

    def __init__(self, write: Callable[[str], None]) -> None:
        self.board, self._write = Board(), write

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is held back."""

    def __call__(self, event: Event) -> None:
        """Take an event, and say what it means."""
        self.board.take(event)
        lane = self.board.lanes.get(event.data.get("agent", ""))
        if event.type == "run_started":
            self._write(f"run {event.run}: {several(len(self.board.lanes), 'agent')}, seed {event.data['seed']}")
        elif event.type == "opened" and event.data["where"] == "environment":
            self._write(f"{event.data['agent']} runs on {versions(event.data['versions'])}")
        elif event.type in ("replied", "failed", "cancelled") and lane:
            self._write(self._line(lane, event))
            if hint := event.data.get("hint"):
                self._write(f"  hint: {one_line(hint, WIDTH)}")

    def _line(self, lane: Lane, event: Event) -> str:
        took = f" in {seconds(event.data['seconds'])}" if event.data.get("seconds") else ""
        used = lane.spent.get("output")
        counted = f" ({tokens(used)} tokens)" if used is not None else ""
        ballot = self.board.ballots[-1] if self.board.ballots and lane.state == "voted" else None
        said = f": {one_line(lane.text, WIDTH)}" if lane.text else ""
        reason = f" because {one_line(ballot.reason, WIDTH)}" if ballot and ballot.reason else ""
        return f"{lane.agent} [{lane.framework}] {lane.state}{took}{counted}{said}{reason}"
