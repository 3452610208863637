"""The interpreter of an environment."""

from __future__ import annotations

import platform
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from ..errors import NotBuilt
from .uv import UvFailed, run
from .wanted import VERSION

OLDEST = (3, 11)
ASK = "import sys; print('.'.join(map(str, sys.version_info[:3])))"


@dataclass(frozen=True, kw_only=True)
class Interpreter:
    """An interpreter by its path, and its version, such as 3.11.7."""

    path: Path
    version: str

    @property
    def minor(self) -> str:
        """`3.11`"""
        return minor_of(self.version)


def interpreter(asked: str, folder: Path, what: str) -> Interpreter:
    """The interpreter of a version, or at a path; the hub's own where nothing is asked for. uv is run in `folder`.

    Raises `NotBuilt` where it is not there, or is too old; `what` begins the sentence.
    """
    try:
        return _interpreter(asked, folder)
    except NotBuilt as failure:
        raise NotBuilt(f"{what} cannot be built: {failure.message}", hint=failure.hint) from None


def _interpreter(asked: str, folder: Path) -> Interpreter:
    if not asked:
        return Interpreter(path=Path(sys.executable), version=platform.python_version())
    if VERSION.fullmatch(asked):
        _require_young(asked)
    path = _found(asked, folder) if VERSION.fullmatch(asked) else Path(asked)
    found = Interpreter(path=path, version=_version_of(path))
    _require_young(found.version)
    return found


def _version_of(path: Path) -> str:
    try:
        done = subprocess.run([str(path), "-c", ASK], capture_output=True, text=True, check=True, timeout=60)
    except (OSError, subprocess.SubprocessError) as failure:
        what = failure.strerror if isinstance(failure, OSError) else "it does not run"
        hint = "`python` is a version, as in 3.12, or the path of an interpreter"
        raise NotBuilt(f"there is no Python at {path}: {what}", hint=hint) from None
    return done.stdout.strip()


def _require_young(version: str) -> None:
    if tuple(map(int, minor_of(version).split("."))) < OLDEST:
        raise NotBuilt(f"Python {version} is too old for massgen-hub", hint="it needs Python 3.11 or newer")


def minor_of(version: str) -> str:
    """`3.11` of `3.11.7`."""
    return ".".join(version.split(".")[:2])


def _found(version: str, folder: Path) -> Path:
    try:
        return Path(run(["python", "find", "--no-project", "--system", version], folder).strip())
    except UvFailed:
        hint = f"uv python install {version}, or give the path of an interpreter"
        raise NotBuilt(f"Python {version} is not there; {_there(folder)}", hint=hint) from None


def _there(folder: Path) -> str:
    listed = run(["python", "list", "--only-installed"], folder)
    versions = sorted(set(re.findall(r"cpython-(\d+\.\d+\.\d+)", listed)))
    return f"there are {', '.join(versions)}" if versions else "uv finds none at all"
