"""`massgen-hub plugins`."""

from __future__ import annotations

import typer

from ..codec import to_json
from ..plugins import Registry


def list_plugins(*, as_json: bool) -> None:
    """One row a plugin. A broken one is told as such, and the exit code stays 0: nothing else is."""
    rows = Registry().rows
    if as_json:
        typer.echo(to_json(rows))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, padding=(0, 2), header_style="bold")
    for title in ("plugin", "distribution", "version", "provides"):
        table.add_column(title, overflow="fold")
    for row in rows:
        provides = "; ".join(f"{hook}: {', '.join(names)}" if names else hook for hook, names in row.provides.items())
        error = f"[red]{_escaped(row.error)}[/]" if row.error else ""
        table.add_row(row.name, row.distribution, row.version, error or _escaped(provides.replace("register_", "")))
    Console().print(table)


def _escaped(text: str) -> str:
    from rich.markup import escape

    return escape(text)
