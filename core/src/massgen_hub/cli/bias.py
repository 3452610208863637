"""`massgen-hub runs bias`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import typer
from rich.console import Console
from rich.table import Table

from ..codec import to_json
from ..consensus import State
from ..consensus.bias import Own, Sway, bias
from ..errors import RecordError
from ..record import read_events, state_of
from ..view.text import several

SURE = 0.01


def report_bias(root: Path, *, as_json: bool) -> None:
    """The report over all records in a folder. One that cannot be read is told on stderr and left out."""
    found = bias(_states(root))
    if as_json:
        typer.echo(to_json(found))
        return
    console = Console(highlight=False)
    if not found.ballots:
        console.print(f"no ballots in {root}", markup=False)
        return
    console.print(f"{several(found.ballots, 'ballot')}, the last one of each voter in each run")
    for name, sway in (("place", found.places), ("label", found.labels)):
        console.print()
        console.print(_table(name, sway))
        console.print(_finding(name, sway))
    console.print()
    console.print(_about_own(found.own))


def remarks(state: State) -> list[str]:
    """What is worth saying about one run: nothing, unless chance hardly explains it."""
    found = bias([state])
    named = (("place", found.places), ("label", found.labels))
    return [_finding(name, sway) for name, sway in named if sway.p is not None and sway.p < SURE]


def _states(root: Path) -> Iterator[State]:
    for path in sorted(root.glob("*/events.jsonl")):
        try:
            yield state_of(read_events(path.parent))
        except RecordError as failure:
            typer.echo(f"left out: {failure.message}", err=True)


def _table(name: str, sway: Sway) -> Table:
    table = Table(box=None, padding=(0, 2), header_style="bold")
    for title in (name, "shown", "put first", "expected", "mean rank", "expected"):
        table.add_column(title, justify="right")
    for row in sway.rows:
        numbers = (f"{row.first:g}", f"{row.expected:.1f}", f"{row.rank:.2f}", f"{row.expected_rank:.2f}")
        table.add_row(row.name, str(row.shown), *numbers)
    return table


def _finding(name: str, sway: Sway) -> str:
    if sway.p is None:
        return f"too few ballots to tell whether the {name} matters; {sway.needed} would do"
    matters = "chance hardly explains this" if sway.p < SURE else "no sign that it matters"
    return f"{name}: {matters} (p = {sway.p:.2g}, chi-square {sway.statistic:.1f}, {sway.freedom} degrees of freedom)"


def _about_own(own: Own) -> str:
    if not own.shown:
        return "no voter was shown an answer of its own that others were shown too"
    return (
        f"own answers: put first in {own.first:g} of {several(own.shown, 'ballot')}; by chance {own.by_chance:.1f}, "
        f"if liked as much as by the other voters {own.by_others:.1f}"
    )
