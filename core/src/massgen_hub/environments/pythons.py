"""The interpreter of an environment."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from ..errors import NotBuilt
from .uv import UvFailed, run

OLDEST = (3, 11)
VERSION = re.compile(r"3\.\d+(\.\d+)?")
"""What is asked for by its version; anything else is a path."""
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


def interpreter(asked: str, folder: Path) -> Interpreter:
    """The interpreter for what `python` says. Raises `NotBuilt` where it is not there, or is too old."""
    if VERSION.fullmatch(asked):
        _require_young(asked)
    if not asked:
        return Interpreter(path=Path(sys.executable), version=".".join(map(str, sys.version_info[:3])))
    path = _found(asked, folder) if VERSION.fullmatch(asked) else Path(asked).expanduser()
    try:
        done = subprocess.run([str(path), "-c", ASK], capture_output=True, text=True, check=True, timeout=60)
    except (OSError, subprocess.SubprocessError) as failure:
        hint = "`python` is a version, as in '3.12', or the path of an interpreter"
        raise NotBuilt(f"there is no Python at `{asked}`: {failure}", hint=hint) from None
    found = Interpreter(path=path, version=done.stdout.strip())
    _require_young(found.version)
    return found


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
