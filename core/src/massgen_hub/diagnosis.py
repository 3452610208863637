"""Whether the frameworks that are installed are those that the adapters were tested with, here and in environments.

Imports no framework; one that is to be started is started in a worker.
"""

from __future__ import annotations

import asyncio
import platform
import re
import sys
import time
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from .config.agents import APART, TOGETHER
from .contract import Model, Setup, Tested
from .environments.asking import ask
from .environments.store import Built, Store
from .errors import HubError, NotBuilt
from .plugins import Registry, Row
from .worker import open_in_worker
from .worker.versions import SHARED, versions_of

Status = Literal["ok", "newer than tested", "older than tested", "missing", "broken plugin", "not installed"]
HARMLESS = ("ok", "newer than tested", "not installed")
HERE = "beside the hub"
GENERATIONS = {
    "ag2": "AG2 {major}.x",
    "agentscope": "AgentScope {major}",
    "autogen": "AG2 classic",
    "mcp": "mcp {major}",
    "openai": "openai {major}",
}
"""Distributions whose API changed, and what a version of them is called."""
TRIED = 3
"""Environments of one adapter that are looked into: a checkout that one points to may be gone."""
NOWHERE = "http://127.0.0.1:9/v1"
"""An address for agents that are only opened: nobody listens at the discard port."""
RELEASE = re.compile(r"v?(?:\d+!)?(\d+(?:\.\d+)*)")


@dataclass(frozen=True, kw_only=True)
class Framework:
    """One distribution that an adapter drives. `installed` is None where it is missing; `fix` is a command.

    `oldest` and `newest` are empty for one that is only told because it decides who can live with whom.
    """

    distribution: str
    installed: str | None
    generation: str
    oldest: str = ""
    newest: str = ""
    status: Status = "ok"
    fix: str = ""


@dataclass(frozen=True, kw_only=True)
class Examined:
    """One adapter with its plugin's distribution; or a broken plugin, of which nobody knows what it would bring.

    `environment` is where it is installed: beside the hub, or the name of an environment. `start` is what a worker
    takes until an agent of default options is open, in seconds, where it was tried; `refusal` is why it is not.
    """

    name: str
    distribution: str
    version: str
    status: Status
    error: str = ""
    environment: str = ""
    frameworks: tuple[Framework, ...] = ()
    python: Path | None = None
    start: float | None = None
    refusal: str = ""


@dataclass(frozen=True, kw_only=True)
class Diagnosis:
    """The hub, the interpreter and all adapters."""

    hub: str
    python: str
    platform: str
    adapters: tuple[Examined, ...]

    @property
    def is_fine(self) -> bool:
        """Whether nothing has to be mended."""
        return all(examined.status in HARMLESS for examined in self.adapters)


def diagnose(registry: Registry) -> Diagnosis:
    """Examine every plugin that brings adapters or is broken, and the adapters of ours that live elsewhere."""
    here = [examined for row in registry.rows for examined in _examined(row, registry)]
    return Diagnosis(
        hub=version("massgen-hub"),
        python=platform.python_version(),
        platform=platform.platform(),
        adapters=(*here, *_elsewhere({examined.name for examined in here})),
    )


def started(examined: Examined) -> Examined:
    """The same, with the time that a worker takes to open an agent."""
    if examined.python is None or not examined.frameworks:
        return examined
    try:
        return replace(examined, start=round(asyncio.run(_seconds_to_start(examined.name, examined.python)), 2))
    except HubError as failure:
        return replace(examined, refusal=failure.message)


async def _seconds_to_start(name: str, python: Path) -> float:
    with TemporaryDirectory(prefix="massgen-hub-") as folder:
        model = Model(name="none", base_url=NOWHERE, key="none")
        setup = Setup(agent="doctor", seed=1, model=model, folder=folder)
        began = time.monotonic()
        async with open_in_worker(name, {}, setup, None, python=str(python)):
            return time.monotonic() - began


def _examined(row: Row, registry: Registry) -> Iterator[Examined]:
    made = partial(Examined, distribution=row.distribution, version=row.version)
    if row.error:
        yield made(name=row.name, status="broken plugin", error=row.error)
        return
    for name in row.provides.get("register_adapters", ()):
        adapter = registry.adapters[name]
        frameworks = _frameworks(adapter.tested, versions_of(tested.distribution for tested in adapter.tested))
        made_here = partial(made, environment=HERE, python=Path(sys.executable))
        yield made_here(name=name, status=_worst(frameworks), frameworks=frameworks)


def _elsewhere(here: Container[str]) -> Iterator[Examined]:
    """The adapters of ours that are not beside the hub: in the environment that was used last and works, or in none."""
    there = sorted((built for _, built in Store().all() if built is not None), key=lambda built: -built.used)
    for name in (*TOGETHER, *APART):
        distribution = f"massgen-hub-{name}"
        environments = [built for built in there if distribution in built.versions]
        if name not in here and environments:
            examined = [_in(built, name, distribution) for built in environments[:TRIED]]
            yield next((one for one in examined if not one.error), examined[0])
        elif name not in here:
            yield Examined(name=name, distribution=distribution, version="", status="not installed")


def _in(built: Built, name: str, distribution: str) -> Examined:
    made = partial(Examined, name=name, distribution=distribution, version=built.versions[distribution])
    made = partial(made, environment=built.key, python=built.python)
    try:
        [answer] = ask(built.python, [{"adapter": name, "options": {}}])
    except NotBuilt as failure:
        return made(status="broken plugin", error=failure.message)
    if answer["error"]:
        return made(status="broken plugin", error=answer["error"])
    frameworks = _frameworks([Tested(**tested) for tested in answer["tested"]], answer["versions"])
    return made(status=_worst(frameworks), frameworks=frameworks)


def _frameworks(tested: Sequence[Tested], installed: Mapping[str, str]) -> tuple[Framework, ...]:
    """What an adapter drives, and what else is installed there that decides who can live with whom."""
    if not tested:
        return ()
    driven = {one.distribution: _framework(one, installed.get(one.distribution)) for one in tested}
    others = {
        name: Framework(distribution=name, installed=found, generation=generation(name, found))
        for name, found in installed.items()
        if name in SHARED
    }
    return tuple({**driven, **{name: other for name, other in others.items() if name not in driven}}.values())


def generation(distribution: str, installed: str | None) -> str:
    """`AG2 1.x`, `openai 3`: which API a version has, for distributions whose API changed; else empty."""
    called = GENERATIONS.get(distribution, "")
    numbers = release(installed or "")
    if distribution == "ag2" and numbers and numbers[0] == 0:
        return GENERATIONS["autogen"]
    return called.format(major=numbers[0]) if called and numbers else ""


def _framework(tested: Tested, installed: str | None) -> Framework:
    status = _status(installed, tested)
    needed = f'"{tested.distribution}>={tested.oldest}"'
    fixes = {"missing": f"pip install {needed}", "older than tested": f"pip install -U {needed}"}
    return Framework(
        distribution=tested.distribution,
        installed=installed,
        generation=generation(tested.distribution, installed),
        oldest=tested.oldest,
        newest=tested.newest,
        status=status,
        fix=fixes.get(status, ""),
    )


def _status(installed: str | None, tested: Tested) -> Status:
    if installed is None:
        return "missing"
    if release(installed) < release(tested.oldest):
        return "older than tested"
    return "newer than tested" if release(installed) > release(tested.newest) else "ok"


def _worst(frameworks: tuple[Framework, ...]) -> Status:
    """What is said of the adapter as a whole."""
    found = {framework.status for framework in frameworks}
    order: tuple[Status, ...] = ("missing", "older than tested", "newer than tested")
    return next((status for status in order if status in found), "ok")


def release(text: str) -> tuple[int, ...]:
    """The numbers of a version's release, without zeros at the end: (1, 2) for `1.2.0rc1`, () where there are none."""
    found = RELEASE.match(text)
    numbers = [int(number) for number in found[1].split(".")] if found else []
    while numbers and not numbers[-1]:
        numbers.pop()
    return tuple(numbers)
