"""`massgen-hub run`."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ..config import Config, load
from ..errors import NotBuilt
from ..hub import Hub, built_in
from ..loopback import sparing_loopback
from ..plugins import Registry
from ..team import EMBEDDED, default_model
from .attend import Screen, attend


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """The options of `run`."""

    model: str | None
    sets: Sequence[str]
    seed: int | None
    timeout: float | None
    sync: bool
    as_json: bool
    quiet: bool
    runs: Path


def run_task(task: str, path: Path | None, wishes: Wishes) -> int:
    """Run a task and print its answer; returns the exit code of its verdict."""
    text = sys.stdin.read() if task == "-" else task
    os.environ.update(sparing_loopback(os.environ))
    registry = Registry()
    config, notices = _config(path, wishes.model, wishes.sets, registry)
    if wishes.timeout is not None:
        config = with_timeout(config, wishes.timeout)
    see_to_environments(config, "run", sync=wishes.sync)
    hub = Hub(config, seed=wishes.seed, runs=wishes.runs, registry=registry)
    screen = Screen(wishes.quiet)
    screen.say(*notices, *config.notices, starting(config), *_weighing(hub))
    return attend(hub, lambda watch: hub.run(text, watch=watch), screen, as_json=wishes.as_json)


def see_to_environments(config: Config, verb: str, *, sync: bool) -> None:
    """Build the environments that agents lack, or say what to do about them: the verb with `--sync` is one way."""
    if not config.has_environments:
        return
    from ..environments import missing, not_built

    if sync:
        from .env import build

        build(config)
    elif missing(config):
        raise NotBuilt(f"{not_built(config, resolve=True).message}, or `{verb} --sync`")


def with_timeout(config: Config, seconds: float) -> Config:
    """The config with another time for the whole run."""
    return replace(config, timeout=seconds, origin=replace(config.origin, timeout=seconds))


def _config(
    path: Path | None, model: str | None, sets: Sequence[str], registry: Registry
) -> tuple[Config, tuple[str, ...]]:
    if path is not None:
        return load(path, registry, overrides=sets, model=model), ()
    chosen = model or default_model(registry)
    notices = () if model else (_why(chosen, registry),)
    return built_in(registry, chosen, sets), notices


def _why(chosen: str, registry: Registry) -> str:
    if chosen == EMBEDDED:
        return (
            "no model named and no provider's key set: using the embedded model SmolLM2-135M. It shows that everything "
            "works; it is no oracle. For real answers set a key, for example OPENAI_API_KEY, or give `--model`."
        )
    variable = registry.models[chosen.partition("/")[0]].key_variable
    return f"using {chosen}, because {variable} is set (`--model` chooses another)"


def _weighing(hub: Hub) -> Iterator[str]:
    """The line that tells what learned weights come to."""
    if hub.config.learned:
        from ..view.verdict import weighing

        yield weighing(hub.past(), hub.weighed)


def starting(config: Config) -> str:
    """The line that names who takes part."""
    return "starting " + ", ".join(f"{spec.id} ({spec.type})" for spec in config.agents)
