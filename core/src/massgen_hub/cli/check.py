"""`massgen-hub check`."""

from __future__ import annotations

import json
from pathlib import Path

import typer

from ..config import json_schema, load
from ..errors import ConfigError
from ..plugins import Registry


def check_config(path: Path | None, *, schema: bool) -> None:
    """Print what is wrong, or that nothing is."""
    registry = Registry()
    if schema:
        typer.echo(json.dumps(json_schema(registry), indent=2))
        return
    if path is None:
        raise ConfigError("there is no config to check", hint="massgen-hub check CONFIG")
    config = load(path, registry)
    for notice in config.notices:
        typer.echo(notice, err=True)
    agents = ", ".join(f"{spec.id} ({spec.type})" for spec in config.agents)
    typer.echo(f"{path} is fine: {agents}; {config.settings.protocol}, {config.settings.rule}")
