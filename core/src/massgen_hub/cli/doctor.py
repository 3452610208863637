"""`massgen-hub doctor`."""

from __future__ import annotations

from collections.abc import Iterator

import typer

from ..codec import to_json
from ..diagnosis import Diagnosis, Framework, diagnose, release
from ..errors import PluginError
from ..plugins import Registry
from ..view.text import one_line

WIDTH = 100
"""Columns in a pipe, where nobody says how many there are."""

COLOURS = {"ok": "green", "newer than tested": "yellow"}


def examine(*, as_json: bool) -> int:
    """Print what is installed beside what was tested; returns 0 where nothing has to be mended.

    Else it is 2, as of every `PluginError`: a person has to mend something before a run. 3 would say that agents voted
    and reached no decision.
    """
    diagnosis = diagnose(Registry())
    if as_json:
        typer.echo(to_json({"ok": diagnosis.is_fine, **vars(diagnosis)}))
    else:
        _show(diagnosis)
    return 0 if diagnosis.is_fine else PluginError.exit_code


def _show(diagnosis: Diagnosis) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    typer.echo(f"massgen-hub {diagnosis.hub}, Python {diagnosis.python}, {diagnosis.platform}\n")
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    for title in ("adapter", "distribution", "installed", "tested", "status"):
        table.add_column(title, overflow="fold")
    for *cells, status in _rows(diagnosis):
        table.add_row(*map(Text, cells), Text(status, style=COLOURS.get(status, "red")))
    console = Console(highlight=False)
    console.width = max(console.width, WIDTH) if not console.is_terminal else console.width
    console.print(table)
    for line in _to_mend(diagnosis):
        typer.echo(line)


def _rows(diagnosis: Diagnosis) -> Iterator[tuple[str, ...]]:
    """A line for each plugin, and below it one for each distribution that its adapter drives."""
    for adapter in diagnosis.adapters:
        status = "" if adapter.frameworks else adapter.status
        yield adapter.name, adapter.distribution, adapter.version, "", status
        for one in adapter.frameworks:
            yield "", one.distribution, one.installed or "", _range(one), one.status


def _range(framework: Framework) -> str:
    oldest, newest = framework.oldest, framework.newest
    return newest if release(oldest) == release(newest) else f"{oldest} to {newest}"


def _to_mend(diagnosis: Diagnosis) -> Iterator[str]:
    """What is wrong, or the command that mends it."""
    for adapter in diagnosis.adapters:
        if adapter.error:
            yield f"\n{adapter.name}: {one_line(adapter.error, 500)}"
        for framework in adapter.frameworks:
            if framework.fix:
                yield f"\n{adapter.name}: {framework.fix}"
