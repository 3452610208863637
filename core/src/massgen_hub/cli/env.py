"""`massgen-hub env`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import typer
from rich.console import Console

from ..codec import to_json
from ..config import Config, load
from ..environments import Progress, check_options, interpreters, relock, sync
from ..environments.locks import lock_of
from ..environments.store import Built, Store, age
from ..environments.why import why
from ..errors import ConfigError, NotBuilt
from ..plugins import Registry

MB = 1_000_000


def sync_environments(path: Path, sets: Sequence[str]) -> None:
    """Build what the agents of a config lack."""
    build(load(path, Registry(), overrides=sets))


def build(config: Config) -> None:
    """Build what is missing, told on stderr; then a line for each environment.

    Raises `ConfigError` for an agent whose adapter is not there, or does not take its options; what was built stays.
    """
    with telling() as progress:
        built = sync(config, progress)
    for folder in dict.fromkeys(one.folder for one in built.values()):
        agents = [agent for agent, one in built.items() if one.folder == folder]
        typer.echo(f"{', '.join(agents)}: {described(built[agents[0]])}", err=True)
    if not config.has_environments:
        typer.echo("no agent of this config has an environment of its own", err=True)
    check_options(config.agents, interpreters(config))


def described(built: Built) -> str:
    """An environment in one line."""
    number = len(built.versions)
    return (
        f"Python {built.interpreter}, {number} distributions, {built.bytes / MB:.0f} MB, built in {built.seconds:.1f} s"
    )


@contextmanager
def telling() -> Iterator[Progress]:
    """Shows what goes on: one changing line on a terminal, else a line for each step."""
    console = Console(stderr=True, highlight=False)
    if not console.is_terminal:
        yield lambda agents, line: typer.echo(f"{agents}: {line}", err=True)
        return
    with console.status("") as status:
        yield lambda agents, line: status.update(f"{agents}: {line}", spinner="dots")


def lock_environments(path: Path, sets: Sequence[str]) -> None:
    """Lock the newest versions that go together."""
    config = load(path, Registry(), overrides=sets)
    with telling() as progress:
        pins = relock(config, progress)
    if not pins:
        raise ConfigError("no agent of this config has an environment of its own, so there is nothing to lock")
    for one in dict.fromkeys(pins.values()):
        agents = ", ".join(agent for agent, its in pins.items() if its == one)
        typer.echo(f"{agents}: {len(one.packages)} distributions, about {one.megabytes} MB to download", err=True)
    typer.echo(str(lock_of(config)))


def list_environments(*, as_json: bool) -> None:
    """Print the environments that are built, and those that are half built."""
    store = Store()
    there = list(store.all())
    if as_json:
        typer.echo(to_json([_as_json(folder, built) for folder, built in there]))
        return
    number = f"{len(there)} environment{'' if len(there) == 1 else 's'}"
    typer.echo(f"{number} in {store.root}", err=True)
    for folder, built in there:
        what = "half built, or damaged; `env sync` builds it anew" if built is None else _row(built)
        typer.echo(f"{folder.name}  {what}")


def _row(built: Built) -> str:
    return f"{', '.join(built.requires)}; {described(built)}; used {age(built.used)} ago".replace("now ago", "now")


def _as_json(folder: Path, built: Built | None) -> dict[str, object]:
    if built is None:
        return {"key": folder.name, "folder": str(folder), "whole": False}
    return {**vars(built), "folder": str(folder), "whole": True}


def explain(first: str, second: str) -> None:
    """Say why two adapters or distributions cannot live together, or that they can."""
    typer.echo(why(first, second))


def remove_environments(keys: list[str], *, everything: bool) -> None:
    """Take environments away, by how their names begin. Raises `NotBuilt` where runs use some; the others are gone."""
    store = Store()
    there = {folder.name: folder for folder, _ in store.all()}
    if not keys and not everything:
        raise ConfigError("name what to remove, or give --all", hint="massgen-hub env list")
    kept = []
    for name in there if everything else dict.fromkeys(_meant(key, there) for key in keys):
        if store.remove(there[name]):
            typer.echo(f"removed {name}", err=True)
        else:
            kept.append(name)
    if kept:
        again = f"wait for the run to end, or end it; then: massgen-hub env remove {' '.join(kept)}"
        raise NotBuilt(f"not removed, because a run uses it: {', '.join(kept)}", hint=again)


def _meant(key: str, names: Iterable[str]) -> str:
    """The one name that begins so."""
    found = [name for name in names if name.startswith(key)]
    if len(found) != 1:
        what = "no environment" if not found else f"{len(found)} environments"
        raise ConfigError(f"the name of {what} begins with `{key}`", hint="massgen-hub env list")
    return found[0]
