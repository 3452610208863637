"""Whether the frameworks that are installed are those that the adapters were tested with. Imports no framework."""

from __future__ import annotations

import platform
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from typing import Literal

from .contract import Tested
from .plugins import Registry, Row

Status = Literal["ok", "newer than tested", "older than tested", "missing", "broken plugin"]
HARMLESS = ("ok", "newer than tested")
RELEASE = re.compile(r"v?(?:\d+!)?(\d+(?:\.\d+)*)")


@dataclass(frozen=True, kw_only=True)
class Framework:
    """One distribution that an adapter drives. `installed` is None where it is missing; `fix` is a command."""

    distribution: str
    installed: str | None
    oldest: str
    newest: str
    status: Status
    fix: str


@dataclass(frozen=True, kw_only=True)
class Examined:
    """One adapter with its plugin's distribution; or a broken plugin, of which nobody knows what it would bring."""

    name: str
    distribution: str
    version: str
    status: Status
    error: str = ""
    frameworks: tuple[Framework, ...] = ()


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
    """Examine every plugin that brings adapters or is broken."""
    return Diagnosis(
        hub=version("massgen-hub"),
        python=platform.python_version(),
        platform=platform.platform(),
        adapters=tuple(examined for row in registry.rows for examined in _examined(row, registry)),
    )


def _examined(row: Row, registry: Registry) -> Iterator[Examined]:
    made = partial(Examined, distribution=row.distribution, version=row.version)
    if row.error:
        yield made(name=row.name, status="broken plugin", error=row.error)
        return
    for name in row.provides.get("register_adapters", ()):
        frameworks = tuple(_framework(tested) for tested in registry.adapters[name].tested)
        yield made(name=name, status=_worst(frameworks), frameworks=frameworks)


def _framework(tested: Tested) -> Framework:
    installed = _installed(tested.distribution)
    status = _status(installed, tested)
    needed = f'"{tested.distribution}>={tested.oldest}"'
    fixes = {"missing": f"pip install {needed}", "older than tested": f"pip install -U {needed}"}
    return Framework(
        distribution=tested.distribution,
        installed=installed,
        oldest=tested.oldest,
        newest=tested.newest,
        status=status,
        fix=fixes.get(status, ""),
    )


def _installed(distribution: str) -> str | None:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return None


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
