"""The environments of a config: which are missing, and all of them built."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from ..config import Config
from ..errors import NotBuilt
from .building import build, key_of
from .locks import Identity, Pins, identity, lock_of, read, write
from .resolving import resolved
from .store import PYTHON, Built, Store
from .wanted import Wanted, asked_at, own_environments, wanted

Progress = Callable[[str, str], None]
"""`progress(agents, what goes on)`: a line about the environment of these agents."""


def interpreters(config: Config, store: Store | None = None, *, partly: bool = False) -> dict[str, Path]:
    """The interpreter of each agent that has an environment of its own. Neither uv nor a network is asked.

    Raises `NotBuilt` that says which are missing, how large they are where the lock tells, and the command; `partly`:
    gives those that are built.
    """
    places, store = _existing(config), store or Store()
    there = _whole(config, store)
    if not partly and len(there) < len(wanted(config)):
        raise not_built(config, store)
    for built in there.values():
        store.touch(built)
    return places | {agent: built.python for agent, built in there.items()}


@contextmanager
def in_use(config: Config, store: Store | None = None) -> Iterator[dict[str, Path]]:
    """The same for a run: nobody takes its environments away for as long as this lasts."""
    store = store or Store()
    with store.in_use({built.key for built in _whole(config, store).values()}):
        yield interpreters(config, store)


def missing(config: Config, store: Store | None = None) -> tuple[str, ...]:
    """The agents whose environments are not built."""
    there = _whole(config, store or Store())
    return tuple(agent for agent in wanted(config) if agent not in there)


def _whole(config: Config, store: Store) -> dict[str, Built]:
    """The environments that are built, by agent."""
    grouped = _grouped(config)
    locked = read(lock_of(config)) if grouped else {}
    found = {agents: _there(one, locked, store) for one, agents in grouped.items()}
    return {agent: built for agents, built in found.items() if built is not None for agent in agents}


def not_built(config: Config, store: Store | None = None, *, resolve: bool = False) -> NotBuilt:
    """What is missing, about how large it is, and the command that builds it, in one line.

    `resolve`: where no lock tells the size, find the versions first. Raises `NotBuilt` where there are none.
    """
    locked, there = read(lock_of(config)), _whole(config, store or Store())
    lacking = {one: names for one, names in _grouped(config).items() if names[0] not in there}
    pins = [locked.get(identity(one)) for one in lacking]
    if resolve:
        pins = [pin or _resolve(one, ", ".join(lacking[one])) for pin, one in zip(pins, lacking, strict=True)]
    size = sum(pin.megabytes for pin in pins if pin is not None)
    told = f", up to about {size} MB to download" if pins and all(pins) else ""
    types = {spec.id: spec.type for spec in config.agents}
    names = ", ".join(f"{agent} ({types[agent]})" for agents in lacking.values() for agent in agents)
    return NotBuilt(f"not built yet: {_counted(len(lacking))} of {names}{told}: {_command('sync', config)}")


def _command(verb: str, config: Config) -> str:
    """What builds the environments of a config, or locks them anew."""
    if config.origin.config is None:
        return f"massgen_hub.environments.{verb if verb == 'sync' else 'relock'}(hub.config)"
    sets = [word for one in config.origin.sets for word in ("--set", one)]
    return shlex.join(["massgen-hub", "env", verb, config.source, *sets])


def _counted(number: int) -> str:
    return "the environment" if number == 1 else f"{number} environments"


def sync(config: Config, progress: Progress = lambda *_: None, store: Store | None = None) -> dict[str, Built]:
    """Build what is missing, with the versions of the lock, and lock what has none yet; by agent.

    Raises `NotBuilt` where an environment cannot be built; those before it stay.
    """
    store, path = store or Store(), lock_of(config)
    _existing(config)
    built: dict[str, Built] = {}
    for one, agents in _grouped(config).items():
        names = ", ".join(agents)
        pins = read(path).get(identity(one)) or _lock(path, one, names, progress)
        relock = _command("lock", config)
        with asked_at(one.place):
            made = build(store, one, pins, f"the environment of {names}", _telling(progress, names), relock=relock)
        built |= dict.fromkeys(agents, made)
    return built


def relock(config: Config, progress: Progress = lambda *_: None) -> dict[str, Pins]:
    """Lock the newest versions that go together, for every environment of the config; by agent."""
    path = lock_of(config)
    grouped = _grouped(config)
    found = {one: _resolve(one, ", ".join(agents), progress) for one, agents in grouped.items()}
    write(path, found.values())
    return {agent: found[one] for one, agents in grouped.items() for agent in agents}


def _lock(path: Path, one: Wanted, names: str, progress: Progress) -> Pins:
    pins = _resolve(one, names, progress)
    write(path, {**read(path), pins.identity: pins}.values())
    return pins


def _resolve(one: Wanted, names: str, progress: Progress = lambda *_: None) -> Pins:
    progress(names, "finding versions that go together")
    with asked_at(one.place):
        return resolved(one, f"the environment of {names}", _telling(progress, names))


def _telling(progress: Progress, names: str) -> Callable[[str], None]:
    return lambda line: progress(names, line)


def _grouped(config: Config) -> Mapping[Wanted, tuple[str, ...]]:
    """The distinct environments, each with its agents."""
    groups: dict[Wanted, tuple[str, ...]] = {}
    for agent, one in wanted(config).items():
        groups[one] = (*groups.get(one, ()), agent)
    return groups


def _there(one: Wanted, locked: Mapping[Identity, Pins], store: Store) -> Built | None:
    pins = locked.get(identity(one))
    return None if pins is None else store.find(key_of(one, pins))


def _existing(config: Config) -> dict[str, Path]:
    """The interpreters of environments that the user made, by agent. Raises `NotBuilt` where there is none."""
    places: dict[str, Path] = {}
    for spec, where in own_environments(config):
        if where.path:
            python = config.folder / Path(where.path).expanduser() / PYTHON
            if not python.is_file():
                what = f"the agent `{spec.id}` has no environment at {python.parent.parent}"
                hint = "`path` is the folder of an environment in which massgen-hub and the adapter are installed"
                raise NotBuilt(what, place=spec.at("environment"), hint=hint)
            places[spec.id] = python
    return places
