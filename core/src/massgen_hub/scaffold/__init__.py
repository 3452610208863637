"""Makes the folder of a new adapter: a whole distribution that passes its tests as it is.

The templates beside this file are `string.Template`s: `$name` is the adapter's name, `$module` its module, `$word` the
part of the module that is its own, `$kind` how its classes begin, `$hub` the version of massgen-hub.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Mapping
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from string import Template
from types import MappingProxyType

from ..errors import ConfigError

NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")

FILES: Mapping[str, str] = MappingProxyType(
    {
        "pyproject.toml": "pyproject.toml.tmpl",
        "README.md": "readme.md.tmpl",
        ".gitignore": "gitignore.tmpl",
        ".github/workflows/test.yml": "workflow.yml.tmpl",
        "src/$module/__init__.py": "plugin.py.tmpl",
        "src/$module/framework.py": "framework.py.tmpl",
        "src/$module/conformance.py": "conformance.py.tmpl",
        "tests/conftest.py": "conftest.py.tmpl",
        "tests/test_${word}_contract.py": "test_contract.py.tmpl",
        "tests/test_${word}_options.py": "test_options.py.tmpl",
    }
)
"""From the path in the new folder to the template."""


def write_adapter(name: str, into: Path, taken: Collection[str]) -> list[Path]:
    """Write the distribution `massgen-hub-NAME` into a folder of that name in `into`; returns the files.

    Raises `ConfigError` and writes nothing: the name is no lower-case word or is one of `taken`, the folder exists.
    Raises it too where the disk refuses.
    """
    if not NAME.fullmatch(name):
        hint = "small letters, then small letters and digits, words joined by dashes: `langgraph`, `openai-agents`"
        raise ConfigError(f"`{name}` is no name of an adapter", hint=hint)
    if name in taken:
        raise ConfigError(f"there is a plugin `{name}` already", hint="take another name, or uninstall that plugin")
    folder = into / f"massgen-hub-{name}"
    if os.path.lexists(folder):
        raise ConfigError(f"{folder} exists already", hint="remove it, or name another place with --into FOLDER")
    try:
        return _written(folder, _filled(name))
    except OSError as failure:
        raise ConfigError(
            f"cannot write {folder}: {failure.strerror}", hint="name a place with --into FOLDER"
        ) from None


def _filled(name: str) -> dict[str, str]:
    """The files of the distribution: path to content."""
    word = name.replace("-", "_")
    values = {
        "name": name,
        "word": word,
        "module": f"massgen_hub_{word}",
        "kind": "".join(part.capitalize() for part in name.split("-")),
        "hub": version("massgen-hub"),
    }
    templates = files(__name__) / "adapter"
    return {
        Template(path).substitute(values): Template((templates / template).read_text("utf-8")).substitute(values)
        for path, template in FILES.items()
    }


def _written(folder: Path, contents: Mapping[str, str]) -> list[Path]:
    paths = []
    for name, content in contents.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, "utf-8", newline="\n")
        paths.append(path)
    return paths
