"""Where our own distributions come from: from this checkout if the hub runs from one, else from where uv finds them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

from .wanted import PATH, Wanted, distribution_of

CORE = "massgen-hub"
EXTRAS = re.compile(r"\[[^]]*\]")


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
    return tuple(_line(requirement, wanted.folder) for requirement in (CORE, *wanted.requires))


def _line(requirement: str, folder: Path) -> str:
    if PATH.match(requirement):
        path = Path(requirement.removeprefix("-e").strip()).expanduser()
        return f"-e {(folder / path).resolve()}"
    name, extras = distribution_of(requirement), EXTRAS.search(requirement)
    if name in projects():
        return f"-e {projects()[name]}{extras[0] if extras else ''}"
    plain = name == CORE or (name.startswith(f"{CORE}-") and not re.search(r"[=<>~!@]", requirement))
    return f"{requirement}=={version(CORE)}" if plain and not _is_foreign(name) else requirement


def _is_foreign(name: str) -> bool:
    """Whether a plugin is another author's, with versions of its own."""
    from ..config.agents import APART, TOGETHER

    return name != CORE and name.removeprefix(f"{CORE}-") not in (*TOGETHER, *APART)


def is_ours(name: str) -> bool:
    """Whether a distribution is of this repository: it has the version of the hub, and is in no lock."""
    return name in projects() or (name.startswith(CORE) and not _is_foreign(name))


def digests(wanted: Wanted) -> Iterator[str]:
    """What identifies the projects that are used from their folders: a change of what they need is another
    environment, a change of their code is not."""
    for line in lines(wanted):
        if line.startswith("-e "):
            project = Path(EXTRAS.sub("", line.removeprefix("-e "))) / "pyproject.toml"
            yield sha256(project.read_bytes()).hexdigest() if project.is_file() else ""
