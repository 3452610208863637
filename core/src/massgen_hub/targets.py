"""The user's own objects, named `module:attribute` in a config."""

from __future__ import annotations

import importlib
import sys
import traceback
from collections.abc import Callable, Iterable
from inspect import isclass, ismodule, isroutine
from pathlib import Path
from types import ModuleType
from typing import Any

from .errors import ConfigError, HubError
from .hints import did_you_mean

REQUIRES = "its entry may name it: `environment: {requires: [...]}`"
"""How an agent's environment gets what the user's module needs, where the hub builds it."""
SHOWN = 8
"""Names listed in a hint."""
IMPORTING = (importlib.__file__, __file__, str(Path(__file__).with_name("kit")))
"""Where modules are imported, and objects are made."""


def resolve(target: str, folders: Iterable[str] = ()) -> Any:
    """The object that `"package.module:attribute"` names; the attribute may be dotted.

    `folders` are appended to `sys.path` for good: at its end, so that a user's `agents.py` hides no installed module.
    Raises `ConfigError`: not of this form, no such module, the module fails while it is imported, no such attribute.
    """
    name, found, attribute = target.partition(":")
    if not (name and found and attribute):
        raise ConfigError(f"`{target}` names no object", hint='write it as "package.module:attribute"')
    append_to_path(folders)
    return _attribute(_module(name, target), attribute, target)


def append_to_path(folders: Iterable[str]) -> None:
    """Let Python find modules in these folders, after everything else."""
    sys.path.extend(folder for folder in dict.fromkeys(folders) if folder not in sys.path)
    importlib.invalidate_caches()


def advised(failure: HubError, advice: Callable[[ImportError], str]) -> str:
    """The hint of an error, which is an adapter's `advice` where a user's module could not import something."""
    missing = failure.__cause__
    return (advice(missing) if isinstance(missing, ImportError) else "") or failure.hint


def where(failure: BaseException) -> str:
    """The innermost line that is neither ours nor the import system's own, in brackets."""
    frames = traceback.extract_tb(failure.__traceback__)
    users = [frame for frame in frames if not frame.filename.startswith(IMPORTING) and frame.filename[0] != "<"]
    return f" ({users[-1].filename}:{users[-1].lineno})" if users else ""


def _module(name: str, target: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as missing:
        if missing.name is not None and f"{name}.".startswith(f"{missing.name}."):
            raise _no_module(missing.name, target) from None
        hint = f"install what brings `{missing.name}` into the environment of {sys.executable}; {REQUIRES}"
        raise ConfigError(f"`{target}` needs the module `{missing.name}`{where(missing)}", hint=hint) from missing
    except (Exception, SystemExit) as failure:
        what = f"`{name}` fails while it is imported{where(failure)}: {type(failure).__name__}: {failure}"
        raise ConfigError(what, hint=_hint(name, failure)) from failure


def _hint(module: str, failure: BaseException) -> str:
    """What to do about a module that fails while it is imported."""
    if isinstance(failure, FileNotFoundError) and not Path(str(failure.filename)).is_absolute():
        return (
            f"agents do not work in the folder of the config: name it as `Path(__file__).parent / {failure.filename!r}`"
        )
    if isinstance(failure, RuntimeError) and "running event loop" in str(failure):
        return "await it in a factory, `async def make(): ...`, and name that: a module is imported in a running loop"
    lacking = f"; if something is not installed, {REQUIRES}" if isinstance(failure, ImportError) else ""
    return f"try it alone: {sys.executable} -c 'import {module}'{lacking}"


def _no_module(name: str, target: str) -> ConfigError:
    folders = [Path(folder) for folder in sys.path if Path(folder).is_dir()]
    beside = {entry.stem for folder in folders for entry in folder.iterdir() if entry.suffix in ("", ".py")}
    hint = did_you_mean(name, beside) or "Python looks beside the config and among what is installed"
    return ConfigError(f"there is no module `{name}` for `{target}`", hint=hint)


def _attribute(module: ModuleType, path: str, target: str) -> Any:
    value: Any = module
    for name in path.split("."):
        try:
            value = getattr(value, name)
        except AttributeError:
            raise _no_attribute(value, name, target, module) from None
    return value


def _no_attribute(owner: Any, name: str, target: str, module: ModuleType) -> ConfigError:
    public = [known for known in dir(owner) if not known.startswith("_") and not _imported(owner, known)]
    listed = f"it has {', '.join(f'`{known}`' for known in public[:SHOWN])}" if public else "it is empty"
    file = getattr(module, "__file__", None) or "built in"
    hint = did_you_mean(name, public) or listed
    return ConfigError(f"`{target}`: there is no `{name}` in `{module.__name__}` ({file})", hint=hint)


def _imported(owner: Any, name: str) -> bool:
    """Whether a name of the user's module only says where something else is from."""
    value = getattr(owner, name, None)
    defined = isclass(value) or isroutine(value)
    return ismodule(owner) and (ismodule(value) or (defined and value.__module__ != owner.__name__))
