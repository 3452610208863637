"""How a worker finds its adapter and opens its agent. Only from here on are plugins imported."""

from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Any

from pydantic import ValidationError

from ..contract import Adapter, Agent
from ..errors import ConfigError, HubError, PluginError
from ..hints import did_you_mean
from ..kit import described
from ..kit.objects import awaited
from ..plugins import BUILTIN, Registry, Row, installed
from ..targets import append_to_path, resolve
from .messages import Open, Opened
from .versions import versions_of


async def open_agent(stack: AsyncExitStack, order: Open) -> tuple[Agent, Opened]:
    """Open the agent for as long as `stack` lasts. Raises `HubError`, whatever went wrong."""
    append_to_path(order.path)
    adapter, plugin = find_adapter(order.adapter)
    options = _options(adapter, order)
    target = None if order.target is None else resolve(order.target)
    try:
        setup = await awaited(adapter, replace(order.setup, target=target))
        agent = await stack.enter_async_context(adapter.open(options, setup))
        traits = adapter.traits(options)
    except HubError:
        raise
    except BaseException as failure:
        what = f"adapter `{order.adapter}` cannot open the agent: {described(failure)}"
        raise PluginError(what) from failure
    versions = versions_of([plugin.distribution, *(tested.distribution for tested in adapter.tested)])
    return agent, Opened(distribution=plugin.distribution, version=plugin.version, traits=traits, versions=versions)


def _options(adapter: Adapter, order: Open) -> Any:
    try:
        return adapter.options.model_validate(order.options)
    except ValidationError as problems:
        rows = [f"{'.'.join(map(str, row['loc']))}: {row['msg']}" for row in problems.errors()]
        raise ConfigError(f"options of adapter `{order.adapter}`: {'; '.join(rows)}") from None


def find_adapter(name: str) -> tuple[Adapter, Row]:
    """The installed adapter of this name, and the plugin that brought it.

    Only the plugin of the same name is imported, or the built-in one; all are where neither brings the adapter.
    Raises `PluginError`: nobody brings it, or the plugin that should is broken.
    """
    points = installed()
    for group in ((name,), (BUILTIN,), {point.name for point in points}):
        registry = Registry([point for point in points if point.name in group])
        registry.insist(row.name for row in registry.rows if row.name == name)
        if name in registry.adapters:
            return registry.adapters[name], next(row for row in registry.rows if _brings(row, name))
    raise PluginError(f"no plugin here brings the adapter `{name}`", hint=_what_else(name, registry))


def _brings(row: Row, adapter: str) -> bool:
    return adapter in row.provides.get("register_adapters", [])


def _what_else(name: str, registry: Registry) -> str:
    if near := did_you_mean(name, registry.adapters):
        return near
    broken = [f"; `{row.name}` is broken: {row.error}" for row in registry.rows if row.error]
    return f"there are {', '.join(sorted(registry.adapters)) or 'none'}{''.join(broken)}"
