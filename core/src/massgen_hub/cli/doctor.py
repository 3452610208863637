"""`massgen-hub doctor`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import get_args

import typer

from ..codec import to_json
from ..diagnosis import HERE, Diagnosis, Examined, Framework, Status, diagnose, release, started
from ..errors import PluginError
from ..plugins import Registry
from ..view.text import one_line

WIDTH = 110
"""Columns in a pipe, where nobody says how many there are."""
SHOWN = 8
"""Characters of the name of an environment: enough for `env remove`."""

COLOURS = {"ok": "green", "newer than tested": "yellow"}


def examine(*, start: bool, as_json: bool) -> int:
    """Print what is installed beside what was tested; returns 0 where nothing has to be mended.

    Else it is 2, as of every `PluginError`: a person has to mend something before a run. 3 would say that agents voted
    and reached no decision.
    """
    diagnosis = diagnose(Registry())
    if start:
        diagnosis = replace(diagnosis, adapters=tuple(started(adapter) for adapter in diagnosis.adapters))
    if as_json:
        typer.echo(to_json({"ok": diagnosis.is_fine, **_plain(diagnosis)}))
    else:
        _show(diagnosis)
    return 0 if diagnosis.is_fine else PluginError.exit_code


def _show(diagnosis: Diagnosis) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    typer.echo(f"massgen-hub {diagnosis.hub}, Python {diagnosis.python}, {diagnosis.platform}\n")
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    for title in ("adapter", "distribution", "installed", "generation", "tested", "status"):
        table.add_column(title, overflow="fold")
    for *cells, status in _rows(diagnosis):
        table.add_row(*map(Text, cells), Text(status, style=_colour(status)))
    console = Console(highlight=False)
    console.width = max(console.width, WIDTH) if not console.is_terminal else console.width
    console.print(table)
    for line in _to_mend(diagnosis):
        typer.echo(line)
    for one in diagnosis.stranded:
        what = f"{one.environment} ({', '.join(one.requires)})"
        typer.echo(f"\nof no more use: {what}, because {one.gone} is gone: {one.fix}")
    absent = [adapter.name for adapter in diagnosis.adapters if adapter.status == "not installed"]
    if absent:
        typer.echo(f"\nnot installed: {', '.join(absent)}; a config that names them: massgen-hub env sync CONFIG")


def _colour(status: str) -> str:
    """Of a status; where an adapter is has none."""
    return COLOURS.get(status, "red" if status in get_args(Status) else "")


def _rows(diagnosis: Diagnosis) -> Iterator[tuple[str, ...]]:
    """A line for each plugin, and below it one for each distribution that its adapter drives."""
    for adapter in diagnosis.adapters:
        if adapter.status == "not installed":
            continue
        status = _where(adapter) if adapter.frameworks else adapter.status
        yield adapter.name, adapter.distribution, adapter.version, "", "", status
        for one in adapter.frameworks:
            yield "", one.distribution, one.installed or "", one.generation, _range(one), one.status


def _where(adapter: Examined) -> str:
    place = adapter.environment if adapter.environment == HERE else f"in {adapter.environment[:SHOWN]}"
    return f"{place}, starts in {adapter.start:.1f} s" if adapter.start is not None else place


def _plain(diagnosis: Diagnosis) -> dict[str, object]:
    adapters = [{**vars(one), "python": str(one.python) if one.python else None} for one in diagnosis.adapters]
    return {**vars(diagnosis), "adapters": adapters}


def _range(framework: Framework) -> str:
    oldest, newest = framework.oldest, framework.newest
    if not newest:
        return ""
    return newest if release(oldest) == release(newest) else f"{oldest} to {newest}"


def _to_mend(diagnosis: Diagnosis) -> Iterator[str]:
    """What is wrong, or the command that mends it."""
    for adapter in diagnosis.adapters:
        if adapter.error:
            yield f"\n{adapter.name}: {one_line(adapter.error, 500)}"
            if adapter.environment not in ("", HERE):
                yield f"{adapter.name}: massgen-hub env remove {adapter.environment}, and sync it anew"
        if adapter.refusal:
            yield f"\n{adapter.name} does not start: {one_line(adapter.refusal, 500)}"
        for framework in adapter.frameworks:
            if framework.fix:
                yield f"\n{adapter.name}: {framework.fix}"
