"""A run on a terminal: a lane for each agent, the ballots as they land."""

from __future__ import annotations

import time
from typing import Self

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from ..events import Event
from .board import Board, Lane
from .text import one_line, seconds, tail, tokens

FRAMES_PER_SECOND = 8
MOST_LANES = 24
ROOM_FOR_CTRL_C = 3  # a terminal echoes `^C` behind the last lane; in a full line it would break the picture
STYLES = {"failed": "red", "trying again": "yellow", "asked again": "yellow", "abstained": "yellow", "voted": "green"}


class LiveView:
    """Draws the board until it is left; then the lanes stay as they were at the end."""

    def __init__(self, console: Console) -> None:
        self.board = Board()
        self._console, self._offset = console, 0.0
        self._spinner = Spinner("dots")
        self._live = Live(
            console=console,
            get_renderable=self.render,
            refresh_per_second=FRAMES_PER_SECOND,
            transient=False,
            redirect_stdout=False,
            redirect_stderr=False,
        )

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def __call__(self, event: Event) -> None:
        """Take an event."""
        self.board.take(event)
        self._offset = time.time() - event.ts

    def render(self) -> RenderableType:
        """The board as it is now."""
        if not self.board.lanes:
            return Text("")
        lanes = sorted(self.board.lanes.values(), key=lambda lane: not lane.running)
        hidden = len(lanes) - MOST_LANES
        parts: list[RenderableType] = [self._table([*self.board.lanes.values()] if hidden <= 0 else lanes[:MOST_LANES])]
        if hidden > 0:
            parts.append(Text(f"and {hidden} more agents", style="dim"))
        return Group(*parts, *self._ballots())

    def _table(self, lanes: list[Lane]) -> Table:
        width = self._console.width - ROOM_FOR_CTRL_C
        table = Table(box=None, padding=(0, 1), width=width, header_style="bold dim")
        for name, options in {
            "": {"width": 1},
            "agent": {"no_wrap": True},
            "framework": {"no_wrap": True, "style": "cyan"},
            "state": {"no_wrap": True, "min_width": 10},
            "time": {"justify": "right", "no_wrap": True, "min_width": 6},
            "tokens": {"justify": "right", "no_wrap": True},
        }.items():
            table.add_column(name, **options)  # type: ignore[arg-type]
        table.add_column("", ratio=1, no_wrap=True, overflow="ellipsis")
        now = time.time() - self._offset if self._live.is_started else self.board.now
        for lane in lanes:
            table.add_row(*self._row(lane, now))
        return table

    def _row(self, lane: Lane, now: float) -> list[RenderableType]:
        width = max(10, self._console.width - 50)
        said = Text(lane.doing if lane.doing and not lane.text else tail(lane.text, width), style="dim")
        return [
            self._spinner if lane.running else Text(" "),
            Text(lane.agent),
            Text(lane.framework),
            Text(lane.state, style=STYLES.get(lane.state, "bold" if lane.running else "")),
            Text(seconds(lane.seconds(now))),
            Text(tokens(lane.spent.get("output"))),
            said,
        ]

    def _ballots(self) -> list[RenderableType]:
        if not self.board.ballots:
            return []
        newest = self.board.ballots[-1].round
        lines = [one for one in self.board.ballots if one.round == newest][-MOST_LANES:]
        width = max(20, self._console.width - 2)
        return [Text(one_line(f"{one.agent} ranks {' > '.join(one.ranking)}", width), style="green") for one in lines]
