"""From exact versions to an environment: built in place, whole only when its mark is set."""

from __future__ import annotations

import json
import os
import platform
import shutil
import time
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

from ..errors import NotBuilt
from ..worker.messages import VERSION
from . import uv
from .locks import Pins
from .pythons import Interpreter, interpreter, minor_of
from .sources import digests, lines, used_in_place
from .store import Built, Store, versions_in
from .wanted import VERSION as VERSION_ASKED
from .wanted import Wanted, distribution_of

WORDLESS = (
    "+ ",
    "- ",
    "Using Python",
    "warning: Failed to hardlink",
    "If the cache and target",
    "If this is intentional",
)
"""How lines of uv begin that tell a user of the hub nothing."""


def key_of(wanted: Wanted, pins: Pins) -> str:
    """The name of an environment: a digest of all that it is made of. Neither uv nor a network is needed for it."""
    made_of = {
        "lines": lines(wanted),
        "projects": list(digests(wanted)),
        "packages": pins.packages,
        "python": _python(wanted.interpreter),
        "platform": [platform.system(), platform.machine()],
        "hub": [version("massgen-hub"), VERSION],
    }
    return sha256(json.dumps(made_of, sort_keys=True).encode()).hexdigest()[:16]


def _python(asked: str) -> str:
    """The minor version, which any interpreter of it may have; or the one interpreter that was named by its path."""
    if not asked:
        return platform.python_version().rpartition(".")[0]
    return minor_of(asked) if VERSION_ASKED.fullmatch(asked) else asked


def build(
    store: Store, wanted: Wanted, pins: Pins, what: str, told: uv.Told = lambda _: None, *, relock: str = ""
) -> Built:
    """The environment, built unless it is there and whole. Raises `NotBuilt`; what is half built then is taken away.

    `what` begins the sentence of an error, and `relock` is the command where the versions are of no use any more. Two
    processes that build the same one wait for each other.
    """
    key = key_of(wanted, pins)
    store.prepare()
    with store.alone(key, told):
        if (there := store.find(key)) is not None:
            return there
        folder = store.folder(key)
        _clear(store, folder, what)
        try:
            return _built(store, folder, wanted, pins, interpreter(wanted.interpreter, store.root, what), told)
        except BaseException as failure:
            shutil.rmtree(folder, ignore_errors=True)
            if isinstance(failure, (uv.UvFailed, OSError)):
                raise uv.explained(failure, what, relock) from None
            raise


def _clear(store: Store, folder: Path, what: str) -> None:
    """Take away what is left of it, but not from under a run."""
    with store.unused(folder.name) as unused:
        if not unused:
            hint = "wait for the run to end, or end it; then do this again"
            raise NotBuilt(f"{what} is damaged, and a run uses it: {folder.name}", hint=hint)
        shutil.rmtree(folder, ignore_errors=True)


def _built(store: Store, folder: Path, wanted: Wanted, pins: Pins, python: Interpreter, told: uv.Told) -> Built:
    began = time.monotonic()
    uv.run(["venv", "--quiet", "--no-project", "--python", str(python.path), str(folder)], store.root, told)
    requirements = folder / "requirements.txt"
    requirements.write_text("\n".join([*pins.packages, *_unpinned(wanted, pins)]), encoding="utf-8")
    there = Built(
        folder=folder, key=folder.name, requires=wanted.requires, interpreter=python.version,
        versions={}, bytes=0, seconds=0.0, made=time.time(), projects=tuple(used_in_place(wanted)),
    )  # fmt: skip
    install = ["pip", "install", "--no-deps", "--python", str(there.python), "--requirement", str(requirements)]
    uv.run_with_or_without_network(install, store.root, lambda line: None if line.startswith(WORDLESS) else told(line))
    uv.run(["pip", "check", "--python", str(there.python)], store.root)
    whole = {"versions": versions_in(folder), "bytes": size(folder), "seconds": round(time.monotonic() - began, 2)}
    return store.complete(Built(**{**vars(there), **whole}))


def _unpinned(wanted: Wanted, pins: Pins) -> list[str]:
    """The requirements that the versions do not already settle: projects and wheels in folders, and our own."""
    settled = {distribution_of(pin) for pin in pins.packages}
    return [line for line in lines(wanted) if distribution_of(line) not in settled]


def size(folder: Path) -> int:
    """The bytes of all files below a folder; links count nothing."""
    total = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            path = Path(parent, name)
            if not path.is_symlink():
                total += path.stat().st_size
    return total
