"""The entries of `agents:`, each checked by the hub and by its adapter."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic import BaseModel, ConfigDict

from ..contract import Adapter, hierarchy
from ..errors import ConfigError
from ..hints import did_you_mean
from .checking import checked, missing
from .models import Models
from .schema import AgentEntry, OwnEnvironment
from .source import Node, as_written, plain
from .types import AgentSpec, Names, Where
from .variables import Expansion
from .words import described, listed, shown

TOGETHER = ("ag2", "agentscope", "langgraph", "openai-agents", "smolagents")
APART = (
    "agent-framework",
    "autogen-agentchat",
    "crewai",
    "google-adk",
    "llama-index",
    "pydantic-ai",
    "semantic-kernel",
)
"""Adapters of this repository: those that live beside the hub, and those that need an environment of their own."""
BUILT_IN = ("model", "replay", "scripted")
"""Adapters that the core brings wherever it is."""
NO_TYPES = {
    "autogen": "`type: ag2` is AG2, the classic AutoGen; `type: autogen-agentchat` is Microsoft's AutoGen 0.7",
    "maf": "write `type: agent-framework`",
}
HUB_KEYS = frozenset(AgentEntry.model_fields)


class Unchecked(BaseModel):
    """Options of an adapter that is not installed here."""

    model_config = ConfigDict(extra="allow", frozen=True, protected_namespaces=())


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What the reading of an entry needs. `timeout` is that of a turn where the entry names none."""

    registry: Names
    models: Models
    expand: Expansion
    timeout: float


def read_agents(entries: Sequence[Node], reading: Reading) -> tuple[AgentSpec, ...]:
    """The agents in the order of the config. Raises `ConfigError` for whatever is wrong with one of them."""
    return _with_ids([_agent(_as_entry(node, reading.registry), reading) for node in entries], entries)


def _as_entry(node: Node, registry: Names) -> Node:
    """An entry as a mapping with a `type`. An object given in code is recognised by its class."""
    if node.value is None or isinstance(node.value, (str, int, float, list)):
        hint = f"write `- type: {shown(node.value)}`" if isinstance(node.value, str) else ""
        raise node.error(f"expected a mapping, got {described(node.value)}", hint=hint)
    if not isinstance(node.value, dict):
        node = replace(node, value={"agent": replace(node, path=(*node.path, "agent"))})
    target = node.child("agent")
    if "type" in node.value or target is None or isinstance(target.value, (str, dict, list)):
        return node
    names = [name for name, adapter in registry.adapters.items() if hierarchy(target.value) & set(adapter.accepts)]
    if not names:
        hint = f"installed are {listed(registry.adapters)}; name one of them as `type`"
        raise target.error(f"{described(target.value)} is no agent of an installed adapter", hint=hint)
    return node.with_keys({**node.value, "type": Node(names[0], (*node.path, "type"))})


def _agent(node: Node, reading: Reading) -> AgentSpec:
    name, adapter = _adapter(node, reading)
    own = node.with_keys({key: child for key, child in node.value.items() if key in HUB_KEYS})
    rest = node.with_keys({key: child for key, child in node.value.items() if key not in HUB_KEYS})
    entry = checked(AgentEntry, own, {key: _own_value(key, child, reading) for key, child in own.value.items()})
    options = checked(adapter.options if adapter else Unchecked, rest, plain(rest, reading.expand), also=HUB_KEYS)
    model, source = reading.models.resolve(own.value["model"]) if entry.model is not None else (None, "")
    return AgentSpec(
        id=entry.id or "",
        type=name,
        options=options,
        model=model,
        source=source,
        environment=_environment(entry, own, adapter),
        memory=entry.memory,
        pass_env=_passed(entry, own, reading.expand),
        target=entry.agent,
        timeout=entry.timeout or reading.timeout,
        place=node.place,
        written=node,
    )


def _environment(entry: AgentEntry, own: Node, adapter: Adapter | None) -> Where:
    """Where the agent runs. `auto` means an environment of its own for an adapter that is not installed here."""
    where, of_a_process = entry.environment, [key for key in ("memory", "pass_env") if getattr(entry, key)]
    if of_a_process and where == "inline":
        what = f"`{of_a_process[0]}` is for a process of the agent's own: the hub's has no limit and all its variables"
        raise own.value[of_a_process[0]].error(what, hint="let `environment` be `worker`, or remove one of them")
    is_live = entry.agent is not None and not isinstance(entry.agent, str)
    if is_live and (of_a_process or where not in ("auto", "inline")):
        key = of_a_process[0] if where in ("auto", "inline") else "environment"
        raise own.value[key].error(
            "an object made in code cannot move to a worker", hint="name it as `module:attribute`"
        )
    if adapter is not None or isinstance(where, OwnEnvironment):
        return where
    if where == "auto":
        return OwnEnvironment()
    hint = f"leave `environment` out, or install it: {_to_install(entry.type)}"
    raise own.value["environment"].error(f"the adapter `{entry.type}` is not installed beside the hub", hint=hint)


def _passed(entry: AgentEntry, own: Node, expand: Expansion) -> dict[str, str]:
    """The variables that the agent's process is given. Raises `ConfigError` for one that is not set."""
    for name in entry.pass_env:
        if name not in expand.variables:
            hint = "set it, or put it into `.env` beside the config"
            raise own.value["pass_env"].error(f"the variable `{name}` is not set", hint=hint)
    return {name: expand.variables[name] for name in entry.pass_env}


def _own_value(key: str, node: Node, reading: Reading) -> Any:
    """A key of the hub's own. An object stays what it is; a model is expanded where it is resolved."""
    as_it_is = key == "model" or (key == "agent" and not isinstance(node.value, str))
    return plain(node, as_written if as_it_is else reading.expand)


def _adapter(node: Node, reading: Reading) -> tuple[str, Adapter | None]:
    """The name of an entry's adapter, and the adapter if it is installed here.

    Raises `ConfigError` that says what is installed and what to install, unless an environment of its own brings it.
    """
    named = node.child("type")
    if named is None:
        raise missing(node, "type", f"installed are {listed(reading.registry.adapters)}")
    name = reading.expand(named)
    if not isinstance(name, str):
        raise named.error(f"expected the name of an adapter, got {described(name)}")
    adapter = reading.registry.adapters.get(name)
    if adapter is None and (broken := _broken(named, name, reading.registry)):
        raise broken
    if adapter is None and not _comes_with_an_environment(node, name):
        hint = NO_TYPES.get(name, "") or did_you_mean(name, [*reading.registry.adapters, *TOGETHER, *APART])
        raise unknown_name(named, "adapter", name, reading.registry.adapters, hint)
    return name, adapter


def _comes_with_an_environment(node: Node, name: str) -> bool:
    """Whether an environment of its own brings an adapter: one of ours, or one that the entry's environment is for."""
    environment = node.child("environment")
    return name in (*TOGETHER, *APART) or (environment is not None and isinstance(environment.value, dict))


def _broken(node: Node, name: str, registry: Names) -> ConfigError | None:
    """The error for an adapter that is installed but did not load."""
    for row in registry.rows:
        if row.error and (row.name == name or name in row.provides.get("register_adapters", ())):
            return node.error(f"the plugin `{row.name}` of this adapter is broken: {row.error}")
    return None


def unknown_name(node: Node, what: str, name: str, installed: Iterable[str], hint: str = "") -> ConfigError:
    """The error for a name that nothing installed offers."""
    known = list(installed)
    message = f"no {what} named `{shown(name)}`; installed are {listed(known)}"
    return node.error(message, hint=hint or did_you_mean(name, known))


def _to_install(name: str) -> str:
    extra = f"massgen-hub[{name}]"
    return f'`pip install "{extra}"`' if name in TOGETHER else f"`pip install massgen-hub-{name}`"


def _with_ids(agents: Sequence[AgentSpec], entries: Sequence[Node]) -> tuple[AgentSpec, ...]:
    """The agents with an id each: their own, or their type, numbered where there are several of it."""
    first: dict[str, Node] = {}
    for agent, node in zip(agents, entries, strict=True):
        if agent.id in first:
            where = first[agent.id].mark
            other = f"in line {where.line}" if where else "before it"
            raise (node.child("id") or node).error(f"`{agent.id}` is also the id of the agent {other}")
        if agent.id:
            first[agent.id] = node
    unnamed = Counter(agent.type for agent in agents if not agent.id)
    free = {kind: _names(kind, count, first) for kind, count in unnamed.items()}
    return tuple(agent if agent.id else replace(agent, id=next(free[agent.type])) for agent in agents)


def _names(kind: str, count: int, taken: Container[str]) -> Iterator[str]:
    single = [kind] if count == 1 else []
    numbered = (f"{kind}-{number}" for number in itertools.count(1))
    return (name for name in itertools.chain(single, numbered) if name not in taken)
