"""`massgen-hub runs` and `massgen-hub show`."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ..codec import to_json, to_plain
from ..events import Event
from ..plugins import Registry
from ..record import Summary, find_run, read_events, state_of, summaries
from ..report import report
from ..view.board import Board
from ..view.text import harmless, one_line, seconds
from ..view.verdict import headline, verdict_view

LONGEST_PAUSE = 3.0


def list_runs(root: Path, *, as_json: bool) -> None:
    """One row a run, newest first. A record that cannot be read is a row with its error."""
    found = list(summaries(root))
    if as_json:
        typer.echo(to_json([to_plain(_row(one)) for one in found if isinstance(one, Summary)]))
        return
    table = Table(box=None, padding=(0, 1), header_style="bold", expand=True)
    table.add_column("run", no_wrap=True, min_width=20)
    table.add_column("took", no_wrap=True, min_width=6)
    for title in ("task", "outcome"):
        table.add_column(title, no_wrap=True, overflow="ellipsis", ratio=1)
    for one in found:
        if isinstance(one, Summary):
            outcome = headline(one.verdict) if one.verdict else "cut off, or still running"
            table.add_row(one.run, seconds(one.seconds), one_line(one.task, 60), one_line(outcome, 60))
        else:
            table.add_row("", "", Text("damaged", style="red"), Text(one.message))
    Console().print(table if found else f"no runs in {root}")


def _row(one: Summary) -> dict[str, Any]:
    return {
        "run": one.run,
        "started": datetime.fromtimestamp(one.started).astimezone().isoformat(),
        "seconds": round(one.seconds, 3),
        "task": one.task,
        "agents": one.agents,
        "verdict": one.verdict,
    }


def show_run(name: str, root: Path, *, as_json: bool, play: bool, speed: float) -> None:
    """Show a run that was recorded."""
    events = read_events(find_run(root, name))
    if as_json:
        typer.echo(to_json(report(events)))
    elif play:
        _play(events, speed)
    else:
        _show(events, Console(highlight=False))


def _show(events: Sequence[Event], console: Console) -> None:
    state = state_of(events)
    started = state.started
    console.print(Text(f"{events[0].run}  {one_line(started.task if started else '', 200)}", style="bold"))
    console.print(_timeline(events))
    console.print()
    if state.verdict is None:
        console.print("cut off before the end, or still running", style="yellow")
        return
    rule = Registry().rules.get(state.verdict.rule)
    console.print(verdict_view(state.verdict, state, rule))
    console.print()
    console.print(Text(harmless(state.verdict.answer)))


def _timeline(events: Sequence[Event]) -> Table:
    board, table = Board(), Table(box=None, padding=(0, 1), header_style="bold", expand=True)
    table.add_column("at", justify="right", no_wrap=True)
    for title in ("agent", "framework", "what"):
        table.add_column(title, no_wrap=True)
    table.add_column("", overflow="ellipsis", no_wrap=True, ratio=1)
    for event in events:
        board.take(event)
        lane = board.lanes.get(event.data.get("agent", ""))
        if lane and event.type in ("replied", "failed", "cancelled"):
            at = f"{event.ts - board.started:.1f} s"
            table.add_row(at, lane.agent, Text(lane.framework, style="cyan"), lane.state, one_line(lane.text, 100))
    return table


def _play(events: Sequence[Event], speed: float) -> None:
    """The run again, at its own pace; long pauses are cut to three seconds."""
    from ..view.lines import Lines
    from ..view.live import LiveView

    console = Console(stderr=True, highlight=False)
    with LiveView(console) if console.is_terminal else Lines(lambda line: typer.echo(line, err=True)) as view:
        for before, event in zip([events[0], *events], events, strict=False):
            time.sleep(min(LONGEST_PAUSE, max(0.0, event.ts - before.ts)) / speed)
            view(event)
    _show(events, Console(highlight=False))
