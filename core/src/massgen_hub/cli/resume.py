"""`massgen-hub resume`."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ..codec import from_plain
from ..config import Config, Origin, load
from ..errors import ConfigError
from ..events import Event
from ..hub import Hub, built_in
from ..loopback import sparing_loopback
from ..plugins import Registry
from ..record import find_run, read_events, require_cut_off
from ..record.redact import MASK
from .attend import Screen, attend
from .run import see_to_environments, starting, with_timeout


def resume_run(
    name: str, path: Path | None, *, timeout: float | None, sync: bool, as_json: bool, quiet: bool, runs: Path
) -> int:
    """Continue a run that was cut off and print its answer; returns the exit code of its verdict."""
    os.environ.update(sparing_loopback(os.environ))
    registry, screen = Registry(), Screen(quiet)
    folder = find_run(runs, name)
    events = read_events(folder)
    require_cut_off(events, folder.name)
    origin = Origin() if path is not None else _origin(events, folder.name)
    config = load(path, registry) if path is not None else _config(origin, registry)
    seconds = origin.timeout if timeout is None else timeout
    if seconds is not None:
        config = with_timeout(config, seconds)
    see_to_environments(config, "resume", sync=sync)
    if config.origin.digest != origin.digest and path is None:
        screen.say(f"{origin.config} has changed since the run began; the run keeps its task, settings and seed")
    screen.say(*config.notices, f"resuming {folder.name}", starting(config))
    hub = Hub(config, runs=runs, registry=registry)
    return attend(hub, lambda watch: hub.resume(folder.name, watch=watch), screen, as_json=as_json)


def _origin(events: Sequence[Event], run: str) -> Origin:
    """What the record says the config was made of."""
    told: Mapping[str, Any] = next((event.data for event in reversed(events) if event.type == "configured"), {})
    origin = from_plain(Origin, told)
    if origin.config is None and not origin.built_in:
        what = "was given in Python code" if told else "is not in the record"
        raise ConfigError(
            f"the config of the run {run} {what}",
            hint=f'massgen-hub resume {run} --config FILE, or in Python: Hub(...).resume("{run}")',
        )
    if any(MASK in value for value in origin.sets):
        raise ConfigError(
            f"a value that was given to the run {run} with `--set` is secret and not in its record",
            hint=f"write it into a config: massgen-hub resume {run} --config FILE",
        )
    return origin


def _config(origin: Origin, registry: Registry) -> Config:
    if origin.config is None:
        return built_in(registry, origin.model, origin.sets)
    try:
        return load(origin.config, registry, overrides=origin.sets, model=origin.model)
    except ConfigError as failure:
        hint = failure.hint or "name another one with `--config FILE`"
        raise ConfigError(failure.message, place=failure.place, hint=hint) from failure
