"""A bar on a terminal, nothing elsewhere. Always on stderr."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

Advance = Callable[[str], None]
"""`advance(next)`: one step is done, and what comes now."""


@contextmanager
def progress(what: str, total: int) -> Iterator[Advance]:
    """A bar of so many steps."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as bar:
        task = bar.add_task(what, total=total)

        def advance(coming: str) -> None:
            bar.update(task, advance=1, description=f"{what} {coming}".strip())

        yield advance
