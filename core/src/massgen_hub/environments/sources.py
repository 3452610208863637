"""Where our own distributions come from: from this checkout if the hub runs from one, else from where uv finds them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from urllib.request import url2pathname

from ..config.agents import APART, TOGETHER
from .wanted import PATH, Wanted, distribution_of

CORE = "massgen-hub"
EXTRAS = re.compile(r"\[[^]]*\]")
BOUND = re.compile(r"[=<>~!@;]")
"""What begins the bounds, the address or the marker of a requirement."""
AT_A_PATH = re.compile(r"([^@;]+?)\s*@\s*([.~/][^;]*?)\s*")
"""A requirement at a path, as in `name @ ./wheels/name-1.0-py3-none-any.whl`."""
FILE = re.compile(r"file://(/[^\s;#]*)")


@cache
def projects() -> dict[str, Path]:
    """The folders of the distributions of this checkout by name; empty where the hub was installed."""
    root = Path(__file__).resolve().parents[4]
    folders = [root / "core", *sorted(root.glob("adapters/*")), *sorted(root.glob("plugins/*"))]
    if not (root / "core" / "pyproject.toml").is_file():
        return {}
    return {_named(folder): folder for folder in folders if (folder / "pyproject.toml").is_file()}


def _named(folder: Path) -> str:
    return str(tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))["project"]["name"])


def lines(wanted: Wanted) -> tuple[str, ...]:
    """The requirements of an environment as uv takes them; the core is always among them."""
    return tuple(line for requirement in (CORE, *wanted.requires) for line in _lines(requirement, wanted.folder))


def _lines(requirement: str, folder: Path) -> Iterator[str]:
    if PATH.match(requirement):
        yield _in_folder(requirement.removeprefix("-e").strip(), folder)
    elif (at := AT_A_PATH.fullmatch(requirement)) is not None:
        yield f"{at[1]} @ {_whole(at[2], folder).as_uri()}"
    elif distribution_of(requirement) in projects() and "@" not in requirement:
        yield from _of_the_checkout(requirement)
    else:
        bare = is_ours(distribution_of(requirement)) and not BOUND.search(requirement)
        yield f"{requirement}=={version(CORE)}" if bare else requirement


def _in_folder(path: str, folder: Path) -> str:
    whole = _whole(path, folder)
    return whole.as_uri() if whole.is_file() else f"-e {whole}"


def _whole(path: str, folder: Path) -> Path:
    return (folder / Path(path).expanduser()).resolve()


def _of_the_checkout(requirement: str) -> Iterator[str]:
    """The project, and the versions that were asked for, if any: where it has another, uv says that they clash."""
    extras = EXTRAS.search(requirement)
    yield f"-e {projects()[distribution_of(requirement)]}{extras[0] if extras else ''}"
    if BOUND.search(requirement):
        yield requirement


def is_ours(name: str) -> bool:
    """Whether a distribution is of this repository: it has the version of the hub, and is in no lock."""
    return name in projects() or name in (CORE, *(f"{CORE}-{adapter}" for adapter in (*TOGETHER, *APART)))


def digests(wanted: Wanted) -> Iterator[str]:
    """What identifies the projects and wheels that are used from their places. A change of what a project needs is
    another environment, a change of its code is not."""
    for folder in used_in_place(wanted):
        project = Path(folder, "pyproject.toml")
        yield sha256(project.read_bytes()).hexdigest() if project.is_file() else ""
    for place in filter(None, map(FILE.search, lines(wanted))):
        wheel = Path(url2pathname(place[1]))
        yield f"{wheel.stat().st_size} {wheel.stat().st_mtime_ns}" if wheel.is_file() else ""


def used_in_place(wanted: Wanted) -> Iterator[str]:
    """The folders of the projects that an environment is no copy of."""
    for line in lines(wanted):
        if line.startswith("-e "):
            yield EXTRAS.sub("", line.removeprefix("-e "))
