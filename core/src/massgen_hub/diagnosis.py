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
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

from .config.agents import APART, TOGETHER
from .contract import Model, Setup, Tested
from .environments.asking import ask
from .environments.store import Built, Store
from .errors import HubError, NotBuilt
from .folders import temporary
from .plugins import Registry, Row, may_load
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
class Stranded:
    """An environment that stood on something that is gone: the folder of a project, such as a checkout, or an
    interpreter. `fix` is a command."""

    environment: str
    requires: tuple[str, ...]
    gone: str
    fix: str


@dataclass(frozen=True, kw_only=True)
class Diagnosis:
    """The hub, the interpreter and all adapters; `stranded` are environments that are of no more use."""

    hub: str
    python: str
    platform: str
    adapters: tuple[Examined, ...]
    stranded: tuple[Stranded, ...]

    @property
    def is_fine(self) -> bool:
        """Whether nothing has to be mended."""
        return all(examined.status in HARMLESS for examined in self.adapters)


def diagnose(registry: Registry) -> Diagnosis:
    """Examine every plugin that brings adapters or is broken, and the adapters of ours that live elsewhere."""
    here = [examined for row in registry.rows for examined in _examined(row, registry)]
    stranded = [_stranded(built, gone) for built, gone in Store().stranded()]
    there = _elsewhere({one.environment for one in stranded})
    return Diagnosis(
        hub=version("massgen-hub"),
        python=platform.python_version(),
        platform=platform.platform(),
        adapters=tuple(_distinct([*here, *there])),
        stranded=tuple(stranded),
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
    with temporary() as folder:
        model = Model(name="none", base_url=NOWHERE, key="none")
        setup = Setup(agent="doctor", seed=1, model=model, folder=str(folder))
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


def _stranded(built: Built, gone: Path) -> Stranded:
    fix = f"massgen-hub env remove {built.key}"
    return Stranded(environment=built.key, requires=built.requires, gone=str(gone), fix=fix)


def _distinct(examined: Sequence[Examined]) -> Iterator[Examined]:
    """Each adapter with each set of versions that it has somewhere, the first of the same ones; then those of ours that
    are nowhere."""
    found: dict[tuple[object, ...], Examined] = {}
    for one in examined:
        found.setdefault((one.name, one.version, one.error, one.frameworks), one)
    yield from found.values()
    names = {one.name for one in examined}
    for name in (*TOGETHER, *APART):
        if name not in names:
            yield Examined(name=name, distribution=f"massgen-hub-{name}", version="", status="not installed")


def _elsewhere(without: Container[str]) -> list[Examined]:
    """The adapters of ours in environments that this hub builds and uses, by adapter, the one used last first."""
    whole = [built for _, built in Store().all() if built is not None and built.key not in without]
    usable = [built for built in whole if built.versions.get("massgen-hub") == version("massgen-hub")]
    usable.sort(key=lambda built: -built.used)
    with ThreadPoolExecutor() as pool:
        found = [examined for group in pool.map(_in, usable) for examined in group]
    return sorted(found, key=lambda examined: examined.name)


def _in(built: Built) -> list[Examined]:
    """The adapters of ours in an environment, as far as they may load."""
    names = [name for name in (*TOGETHER, *APART) if f"massgen-hub-{name}" in built.versions and may_load(name)]
    try:
        answers = ask(built.python, [{"adapter": name, "options": {}} for name in names]) if names else []
    except NotBuilt as failure:
        answers = [{"error": failure.message}] * len(names)
    return [_answered(built, name, answer) for name, answer in zip(names, answers, strict=True)]


def _answered(built: Built, name: str, answer: Mapping[str, Any]) -> Examined:
    distribution = f"massgen-hub-{name}"
    made = partial(Examined, name=name, distribution=distribution, version=built.versions[distribution])
    made = partial(made, environment=built.key, python=built.python)
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
