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
from ..record import Summary, find_run, is_written, read_events, state_of, summaries
from ..report import report
from ..view.board import Board
from ..view.failures import failures_view
from ..view.text import harmless, one_line, seconds, versions
from ..view.verdict import headline, verdict_view
from .bias import remarks

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
            table.add_row(one.run, seconds(one.seconds), one_line(one.task, 60), one_line(_outcome(one), 60))
        else:
            table.add_row("", "", Text("damaged", style="red"), Text(one.message))
    console = Console(highlight=False)
    console.print(table if found else f"no runs in {root}")
    if cut_off := next((one for one in found if isinstance(one, Summary) and _is_cut_off(one)), None):
        console.print(f"massgen-hub resume {cut_off.run} continues what was cut off", style="dim")


def _outcome(one: Summary) -> str:
    if one.verdict:
        return headline(one.verdict)
    return "cut off" if _is_cut_off(one) else "running"


def _is_cut_off(one: Summary) -> bool:
    return one.verdict is None and not one.running


def _row(one: Summary) -> dict[str, Any]:
    return {
        "run": one.run,
        "started": datetime.fromtimestamp(one.started).astimezone().isoformat(),
        "seconds": round(one.seconds, 3),
        "task": one.task,
        "agents": one.agents,
        "running": one.running,
        "verdict": one.verdict,
    }


def show_run(name: str, root: Path, *, as_json: bool, play: bool, speed: float) -> None:
    """Show a run that was recorded."""
    folder = find_run(root, name)
    events = read_events(folder)
    if as_json:
        typer.echo(to_json(report(events)))
    elif play:
        _play(events, speed)
    if not as_json:
        _show(events, folder, Console(highlight=False))


def _show(events: Sequence[Event], folder: Path, console: Console) -> None:
    state = state_of(events)
    started = state.started
    console.print(Text(f"{events[0].run}  {one_line(started.task if started else '', 200)}", style="bold"))
    console.print(_timeline(events))
    for event in events:
        if event.type == "opened" and event.data["where"] == "environment":
            console.print(Text(f"{event.data['agent']} ran on {versions(event.data['versions'])}", style="dim"))
    console.print(failures_view(events))
    console.print()
    if state.verdict is None:
        going_on = is_written(folder / "events.jsonl")
        left = "still running" if going_on else f"cut off before the end; massgen-hub resume {folder.name} continues it"
        console.print(left, style="yellow")
        return
    rule = Registry().rules.get(state.verdict.rule)
    console.print(verdict_view(state.verdict, state, rule))
    for remark in remarks(state):
        console.print(remark, style="yellow")
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
