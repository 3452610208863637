"""Tables on a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table as Grid

from .report import number
from .results import Result, Table


def show(results: Sequence[Result]) -> None:
    """Print every table; nothing is cut off where the output is no terminal."""
    console = Console(highlight=False)
    wide = console if console.is_terminal else Console(highlight=False, width=200)
    for result in results:
        wide.print(f"\n[bold]{escape(result.title)}[/]")
        for table in result.tables:
            wide.print(_grid(table))


def _grid(table: Table) -> Grid:
    grid = Grid(title=escape(table.title), title_justify="left", title_style="dim", box=None, padding=(0, 2, 0, 0))
    for name in table.labels:
        grid.add_column(escape(name), overflow="fold")
    for name in table.heads:
        grid.add_column(escape(name), justify="right", overflow="fold")
    for line in table.rows:
        grid.add_row(*map(escape, line.labels), *map(number, line.values))
    return grid
