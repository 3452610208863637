"""`massgen-hub new adapter`."""

from __future__ import annotations

import shlex
from pathlib import Path

import typer

from ..plugins import Registry
from ..scaffold import write_adapter


def make_adapter(name: str, into: Path) -> None:
    """Make the distribution of an adapter; print its files and what to do next."""
    registry = Registry()
    made = write_adapter(name, into, {*registry.adapters, *(row.name for row in registry.rows)})
    folder = into / f"massgen-hub-{name}"
    for path in made:
        typer.echo(path)
    place = str(folder) if folder.is_absolute() else f"./{folder}"
    typer.echo(
        "\nIt works as it is, and drives a stand-in: put your framework in its place. There is no LICENSE: add the one"
        "\nthat you choose. Go on with\n"
        f"\n    pip install -e {shlex.quote(f'{place}[test]')}"
        f"\n    pytest {shlex.quote(str(folder))}"
        f"\n    massgen-hub conform {name}\n"
    )
