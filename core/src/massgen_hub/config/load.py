"""From a file, or a mapping made in code, to a checked config."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from ..consensus.electorate import Electorate
from ..consensus.settings import Settings
from ..errors import ConfigError, PluginError
from ..folders import whole
from ..hints import did_you_mean
from .agents import Reading, read_agents, unknown_name
from .checking import checked
from .massgen import converted
from .models import Models
from .overrides import overridden, with_model
from .reading import read
from .schema import Top
from .source import Node, as_written, plain, wrapped
from .types import AgentSpec, Config, Names, Origin
from .variables import Expansion, environment
from .words import described

_NO_AGENTS = "a run needs at least one, as in `agents: [{type: model, model: openai/gpt-5-mini}]`"


def load(path: str | Path, registry: Names, *, overrides: Sequence[str] = (), model: str | None = None) -> Config:
    """Read, check and resolve a config file.

    `overrides` are `path=value` as for `--set`; `model` replaces the model of every agent that has one, or may have
    one. Raises `ConfigError` with the place of what is wrong, and `ModelError` with all keys that are missing.
    """
    folder = whole(Path(path).parent)
    config = _config(read(Path(path)), registry, overrides, model, source=str(path), folder=folder)
    digest = sha256(Path(path).read_bytes()).hexdigest()
    origin = Origin(config=str(whole(path)), digest=digest, sets=tuple(overrides), model=model)
    return replace(config, origin=origin)


def from_mapping(
    mapping: Mapping[str, Any], registry: Names, *, overrides: Sequence[str] = (), model: str | None = None
) -> Config:
    """The same for a config made in code, with the same keys. An agent may also be the user's own object, or have it
    under `agent`. Errors have no place; modules are looked up in the current folder, and no `.env` is read."""
    return _config(wrapped(mapping), registry, overrides, model, source="<code>", folder=whole())


def _config(
    root: Node, registry: Names, overrides: Sequence[str], model: str | None, *, source: str, folder: Path
) -> Config:
    if not isinstance(root.value, dict):
        what = "the config is empty" if root.value is None else f"expected a mapping, got {described(root.value)}"
        raise root.error(what, hint=_NO_AGENTS)
    root, notices = converted(overridden(root, overrides), registry)
    variables = environment(folder) if source != "<code>" else dict(os.environ)
    expand = Expansion(variables)
    top = checked(Top, root, _top_data(root, expand))
    _insist(root, top, registry)
    entries = _entries(root, model)
    models = Models(root.value["models"].value if top.models else {}, registry.models, expand)
    reading = Reading(registry=registry, models=models, expand=expand, timeout=top.consensus.turn_timeout)
    agents = read_agents(entries, reading)
    settings = _settings(root, top, agents, registry)
    models.finish()
    return Config(
        agents=agents,
        settings=settings,
        criteria=top.criteria,
        timeout=top.timeout,
        gateway=top.gateway,
        seed=top.seed,
        plugins=tuple(top.plugins),
        learned=top.consensus.weights == "learned",
        source=source,
        folder=folder,
        environment=variables,
        notices=notices,
    )


def _top_data(root: Node, expand: Expansion) -> dict[str, Any]:
    """The plain values. Variables in models and agents are expanded where they are used, not before."""
    later = ("agents", "models")
    return {key: plain(node, as_written if key in later else expand) for key, node in root.mapping().items()}


def _entries(root: Node, model: str | None) -> list[Node]:
    agents = root.value.get("agents", root)
    if agents is root or not agents.value:
        raise agents.error("there are no agents", hint=_NO_AGENTS)
    return [with_model(entry, model) if model else entry for entry in agents.value]


def _insist(root: Node, top: Top, registry: Names) -> None:
    for index, name in enumerate(top.plugins):
        try:
            registry.insist([name])
        except PluginError as failure:
            raise root.value["plugins"].value[index].error(failure.message, hint=failure.hint) from None


def _settings(root: Node, top: Top, agents: Sequence[AgentSpec], registry: Names) -> Settings:
    """What the pure core is given. Raises `ConfigError` for what only the whole config can tell."""
    ids = [agent.id for agent in agents]
    settings = top.consensus.settings(ids)
    section = root.child("consensus")
    if section is None:
        return settings
    for key, names in (("protocol", registry.protocols), ("rule", registry.rules)):
        if getattr(settings, key) not in names:
            raise unknown_name(section.value[key], key, getattr(settings, key), names)
    if settings.presenter and settings.presenter not in ids:
        raise _stranger(section.value["present"], settings.presenter, ids)
    _check_electorate(section, settings.electorate, ids)
    voters = len(settings.electorate.voters(ids))
    if settings.quorum is not None and settings.quorum > voters:
        what = f"a quorum of {settings.quorum} cannot be reached by {voters} voters"
        raise section.value["quorum"].error(what)
    return settings


def _check_electorate(section: Node, electorate: Electorate, ids: Sequence[str]) -> None:
    named = {
        "weights": tuple(electorate.weights),
        "advisory": electorate.advisory,
        "veto": electorate.veto,
        "judge": (electorate.judge,) if electorate.judge else (),
    }
    for key, agents in named.items():
        for agent in agents:
            if agent not in ids:
                raise _stranger(section.value[key], agent, ids)
    if not electorate.drafters(ids):
        raise section.value["judge"].error("the judge gives no answer of its own, and there is nobody else")
    if electorate.judge in electorate.advisory or not electorate.voices(ids):
        raise section.value["advisory"].error("nobody is left whose ballot counts")


def _stranger(node: Node, agent: str, ids: Sequence[str]) -> ConfigError:
    return node.error(f"no agent `{agent}`", hint=did_you_mean(agent, ids) or f"agents: {', '.join(ids)}")
