"""The exact versions of environments, kept beside the config, so that a colleague gets the same.

A lock names distributions and versions and no index, so that everybody may have one of their own. It holds for every
platform and for Python 3.11 and newer, unless an entry asks for another. Our own distributions are not in it: they have
the version of the hub.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from ..config import Config
from ..errors import ConfigError
from .wanted import Wanted

FORMAT = 1
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The one in C where there is one: every run waits for it."""
HEAD = "# Made by `massgen-hub env lock`; keep it beside the config, so that everybody gets these versions.\n"
Identity = tuple[tuple[str, ...], str]


@dataclass(frozen=True, kw_only=True)
class Pins:
    """The versions of one environment: `name==version`, perhaps with a marker; `megabytes` is what their wheels for
    this platform weigh, 0 where that is not known."""

    requires: tuple[str, ...]
    python: str
    packages: tuple[str, ...]
    megabytes: int

    @property
    def identity(self) -> Identity:
        """What the versions are for."""
        return self.requires, self.python


def lock_of(config: Config) -> Path:
    """Where the lock of a config is: `council.lock` beside `council.yaml`."""
    if config.origin.config is None:
        return config.folder / ".massgen-hub" / "environments.lock"
    return Path(config.origin.config).with_suffix(".lock")


def identity(wanted: Wanted) -> Identity:
    """What a lock knows an environment by."""
    return wanted.requires, wanted.python


def read(path: Path) -> dict[Identity, Pins]:
    """The versions in a lock; none where there is no lock. Raises `ConfigError` where it cannot be read."""
    if not path.is_file():
        return {}
    try:
        held = yaml.load(path.read_text(encoding="utf-8"), Loader=LOADER)  # noqa: S506 - a safe one
        if held["version"] != FORMAT:
            raise ValueError(f"its format is {held['version']}, this hub knows {FORMAT}")
        pins = [_pins(entry) for entry in held["environments"]]
    except (OSError, yaml.YAMLError, ValueError, TypeError, KeyError, AttributeError) as failure:
        what = f"{path} is no lock of environments: {type(failure).__name__}: {failure}"
        raise ConfigError(what, hint="take it away; `massgen-hub env lock CONFIG` makes a new one") from None
    return {one.identity: one for one in pins}


def write(path: Path, pins: Iterable[Pins]) -> None:
    """Write a lock, all of it or nothing. Raises `ConfigError` where it cannot be written."""
    body = {"version": FORMAT, "environments": [_plain(one) for one in sorted(pins, key=lambda one: one.identity)]}
    text = HEAD + yaml.safe_dump(body, sort_keys=False, width=120, allow_unicode=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(text, encoding="utf-8")
        draft.replace(path)
    except OSError as failure:
        with suppress(OSError):
            draft.unlink()
        raise ConfigError(f"the lock {path} cannot be written: {failure.strerror}") from None


def _pins(entry: Mapping[str, Any]) -> Pins:
    return Pins(
        requires=tuple(map(str, entry["requires"])),
        python=str(entry["python"]),
        packages=tuple(map(str, entry["packages"])),
        megabytes=int(entry["megabytes"]),
    )


def _plain(pins: Pins) -> dict[str, Any]:
    return {
        "requires": list(pins.requires),
        "python": pins.python,
        "megabytes": pins.megabytes,
        "packages": list(pins.packages),
    }
