"""All items with all configs; what was run before is not run again."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from massgen_hub import Hub, Registry
from massgen_hub.config import Config, load
from massgen_hub.errors import ConfigError
from massgen_hub.loopback import sparing_loopback

from ..progress import progress
from ..report import Page
from .items import Item, read_items
from .measures import measure
from .trials import Ledger, Trial, attempt, key_of, seed_of

ABOUT = "Each question is run through massgen-hub with each config. Finished runs are kept and not repeated."


def run_all(data: Path, configs: Sequence[Path], *, limit: int | None, seed: int, folder: Path) -> Page:
    """Run what is missing, then measure. Raises `ConfigError` before anything runs, `HubError` in the middle, and
    `KeyboardInterrupt`; what is finished stays."""
    items = read_items(data)[:limit]
    os.environ.update(sparing_loopback(os.environ))
    registry = Registry()
    loaded = {name: (path.read_text(encoding="utf-8"), load(path, registry)) for name, path in _named(configs).items()}
    try:
        trials = asyncio.run(_run(items, loaded, registry, seed, folder))
    except KeyboardInterrupt:
        print(f"stopped; finished runs are kept in {folder}: the same command goes on there", file=sys.stderr)  # noqa: T201
        raise
    parameters = {"data": data.name, "questions": len(items), "configs": ", ".join(loaded), "seed": seed}
    return Page(
        verb="run",
        title=f"Your questions: {data.name}",
        about=ABOUT,
        parameters=parameters,
        results=[measure(trials, len(items))],
    )


def _named(configs: Sequence[Path]) -> dict[str, Path]:
    """The configs by the names of their files, with folders where two share one."""
    names = [path.stem for path in configs]
    named = {path.stem if names.count(path.stem) == 1 else str(path): path for path in configs}
    if len(named) < len(configs):
        raise ConfigError("the same config is named twice", hint="name each `-c FILE` once")
    for path in configs:
        if not path.is_file():
            raise ConfigError(f"there is no config {path}", hint="massgen-hub check CONFIG")
    return named


async def _run(
    items: Sequence[Item], configs: dict[str, tuple[str, Config]], registry: Registry, seed: int, folder: Path
) -> dict[str, list[Trial]]:
    """The trials by config, in the order of the items."""
    ledger = Ledger(folder)
    found: dict[str, list[Trial]] = {name: [] for name in configs}
    with progress("running", len(items) * len(configs)) as advance:
        for item in items:
            for name, (text, config) in configs.items():
                key = key_of(text, item, seed)
                if key not in ledger.trials:
                    hub = Hub(config, seed=seed_of(seed, item), runs=folder / "runs", registry=registry)
                    ledger.add(await attempt(hub, item, name=name, key=key))
                found[name].append(replace(ledger.trials[key], config=name))
                advance(name)
    return found
