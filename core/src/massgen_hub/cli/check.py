"""`massgen-hub check`."""

from __future__ import annotations

import json
from pathlib import Path

import typer

from ..config import Config, json_schema, load
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
    unchecked = _check_elsewhere(config)
    for notice in (*config.notices, *unchecked):
        typer.echo(notice, err=True)
    agents = ", ".join(f"{spec.id} ({spec.type})" for spec in config.agents)
    typer.echo(f"{path} is fine: {agents}; {config.settings.protocol}, {config.settings.rule}")


def _check_elsewhere(config: Config) -> tuple[str, ...]:
    """Check the options of agents that live in environments of their own, where these are built."""
    if not config.has_environments:
        return ()
    from ..environments import check_options, interpreters, missing, not_built

    check_options(config.agents, interpreters(config, partly=True))
    return (f"{not_built(config).message}; options were not checked there",) if missing(config) else ()
