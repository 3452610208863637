"""Finds plugins, loads them guarded, and collects what they provide.

A broken plugin is a row with its error and never a traceback. Two plugins that claim one name: neither provides it,
and both rows say so. The variable MASSGEN_HUB_PLUGINS, a list of names with commas, says which may load beside the
built-in one; empty means none.
"""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points, version
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pluggy

from . import hookspecs
from .errors import PluginError

if TYPE_CHECKING:
    from .consensus import ProtocolSpec, Rule
    from .contract import Adapter, ModelSource

GROUP = "massgen_hub"
ALLOW_VARIABLE = "MASSGEN_HUB_PLUGINS"
BUILTIN = "builtin"

PROVIDES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "register_adapters": (".contract", "Adapter"),
        "register_rules": (".consensus", "Rule"),
        "register_protocols": (".consensus", "ProtocolSpec"),
        "register_models": (".contract", "ModelSource"),
    }
)
"""What each hook provides: the module and the name of its class, because a worker needs adapters and no rules."""


@dataclass(kw_only=True)
class Row:
    """One plugin: its distribution and version, what it provides by hook, and what is wrong with it."""

    name: str
    distribution: str = ""
    version: str = ""
    provides: dict[str, list[str]] = field(default_factory=dict)
    error: str = ""


class Registry:
    """All that the loaded plugins provide, by name."""

    def __init__(self, plugins: Iterable[EntryPoint] | None = None) -> None:
        self.manager = pluggy.PluginManager(GROUP)
        self.manager.add_hookspecs(hookspecs)
        self.rows: list[Row] = []
        self._provided: dict[str, dict[str, Any]] = {hook: {} for hook in PROVIDES}
        self._owners: dict[tuple[str, str], list[Row]] = {}
        for name, group in sorted(_by_name(plugins if plugins is not None else installed()).items()):
            self._load(name, group)
        self._refuse_clashes()

    @property
    def adapters(self) -> Mapping[str, Adapter]:
        """Adapters by name."""
        return self._provided["register_adapters"]

    @property
    def rules(self) -> Mapping[str, Rule]:
        """Rules by name."""
        return self._provided["register_rules"]

    @property
    def protocols(self) -> Mapping[str, ProtocolSpec]:
        """Protocols by name."""
        return self._provided["register_protocols"]

    @property
    def models(self) -> Mapping[str, ModelSource]:
        """Sources of models by name."""
        return self._provided["register_models"]

    @cached_property
    def observers(self) -> tuple[tuple[str, Callable[..., None]], ...]:
        """The `on_event` functions, each with its plugin's name, already cut to the arguments it takes."""
        return tuple((impl.plugin_name, _observer(impl)) for impl in self.manager.hook.on_event.get_hookimpls())

    def _load(self, name: str, group: list[EntryPoint]) -> None:
        row = _row(name, group[0])
        self.rows.append(row)
        if len(group) > 1:
            owners = " and ".join(sorted(f"`{_row(name, point).distribution}`" for point in group))
            row.error = f"two plugins are called `{name}`: {owners}; uninstall one"
            return
        try:
            plugin = group[0].load()
            _inspect(plugin, name)
            self.manager.register(plugin, name)
            self._collect(row, plugin)
        except BaseException as failure:  # even a plugin that exits must not take the hub with it
            if isinstance(failure, KeyboardInterrupt):
                raise
            self._unload(name)
            row.error = f"{type(failure).__name__}: {' '.join(str(failure).split())}"

    def _unload(self, name: str) -> None:
        if (plugin := self.manager.get_plugin(name)) is not None:
            self.manager.unregister(plugin)

    def _collect(self, row: Row, plugin: Any) -> None:
        """Take all records of a plugin, or none."""
        taken: dict[tuple[str, str], Any] = {}
        for caller in self.manager.get_hookcallers(plugin) or ():
            row.provides.setdefault(caller.name, [])
            if caller.name not in PROVIDES:
                continue
            for impl in caller.get_hookimpls():
                if impl.plugin is plugin:
                    for record in _records(impl.function(), caller.name):
                        taken[caller.name, record.name] = record
        for (hook, name), record in taken.items():
            row.provides[hook].append(name)
            self._owners.setdefault((hook, name), []).append(row)
            self._provided[hook][name] = record

    def _refuse_clashes(self) -> None:
        for (hook, name), owners in self._owners.items():
            if len(owners) > 1:
                del self._provided[hook][name]
                both = " and ".join(f"`{row.name}`" for row in owners)
                for row in owners:
                    row.error = f"`{name}` is offered by two plugins: {both}; neither is used, uninstall one"

    def insist(self, names: Iterable[str]) -> None:
        """Raise `PluginError` unless these plugins are loaded and whole."""
        rows = {row.name: row for row in self.rows}
        for name in names:
            if name not in rows:
                raise PluginError(f"the plugin `{name}` is not installed", hint=f"pip install massgen-hub-{name}")
            if rows[name].error:
                raise PluginError(f"the plugin `{name}` is broken: {rows[name].error}")


def installed() -> list[EntryPoint]:
    """The entry points of installed plugins that may load."""
    points = [point for point in entry_points(group=GROUP) if point.name != BUILTIN and may_load(point.name)]
    return [EntryPoint(name=BUILTIN, value=f"{__package__}.builtin", group=GROUP), *points]


def may_load(plugin: str) -> bool:
    """Whether the user lets a plugin of this name load, here and in environments."""
    allowed = os.environ.get(ALLOW_VARIABLE)
    return allowed is None or plugin in map(str.strip, allowed.split(","))


def _by_name(points: Iterable[EntryPoint]) -> dict[str, list[EntryPoint]]:
    groups: dict[str, list[EntryPoint]] = {}
    for point in points:
        group = groups.setdefault(point.name, [])
        if all(
            (other.value, other.dist and other.dist.name) != (point.value, point.dist and point.dist.name)
            for other in group
        ):
            group.append(point)
    return groups


def _row(name: str, point: EntryPoint) -> Row:
    if point.dist is None:
        return Row(name=name, distribution="massgen-hub", version=version("massgen-hub"))
    return Row(name=name, distribution=point.dist.name, version=point.dist.version)


def _inspect(plugin: Any, name: str) -> None:
    """Refuse what pluggy would let through: misspelt hooks, async hooks, wrappers."""
    known = {hook for hook in vars(hookspecs) if hasattr(getattr(hookspecs, hook), "massgen_hub_spec")}
    for attribute in dir(plugin):
        function = getattr(plugin, attribute, None)
        options = getattr(function, "massgen_hub_impl", None)
        if not isinstance(options, dict):
            continue
        if (options.get("specname") or attribute) not in known and not options.get("optionalhook"):
            raise PluginError(f"`{name}` implements `{attribute}`, which is no hook; hooks: {', '.join(sorted(known))}")
        if inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function):
            raise PluginError(f"`{name}` implements `{attribute}` as `async def`; hooks are plain functions")
        if options.get("wrapper") or options.get("hookwrapper"):
            raise PluginError(f"`{name}` wraps `{attribute}`; plugins add, they do not rewrite")


def _records(provided: Any, hook: str) -> list[Any]:
    kind = _kind(*PROVIDES[hook])
    records = list(provided if provided is not None else ())
    for record in records:
        if not isinstance(record, kind):
            raise PluginError(f"`{hook}` gave a `{type(record).__name__}`, expected records of type `{kind.__name__}`")
    names = [record.name for record in records]
    if len(set(names)) < len(names):
        raise PluginError(f"`{hook}` gave one name twice: {', '.join(names)}")
    return records


def _kind(module: str, name: str) -> type[Any]:
    found: type[Any] = getattr(import_module(module, __package__), name)
    return found


def _observer(impl: Any) -> Callable[..., None]:
    names = impl.argnames

    def observe(run_id: str, event: Any) -> None:
        given = {"run_id": run_id, "event": event}
        impl.function(*(given[name] for name in names))

    return observe
