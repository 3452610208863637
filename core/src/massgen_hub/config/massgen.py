"""MassGen's agent entries, as they are: `backend: {type: ag2, agent_config: {...}}` becomes an entry of our own.

Nodes are moved, not copied, so that an error still points to the line the user wrote. A key without a counterpart is
told as a notice; one that looks like a slip of a key we know is an error.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from urllib.parse import urlsplit

from ..contract import ModelSource
from ..hints import did_you_mean
from .checking import missing
from .source import Node, plain
from .types import Names
from .words import dotted, listed, looks_secret

_TOP = ("ui", "orchestrator", "timeout_settings", "memory", "hooks", "nlip", "display")
_AGENT = (
    "append_system_prompt",
    "enable_nlip",
    "main_agent",
    "nlip",
    "subagent_agents",
    "subtask",
    "voting_sensitivity",
)
_BACKENDS = {
    "azure_openai": "azure",
    "cerebras": "cerebras",
    "chatcompletion": "openai",
    "claude": "anthropic",
    "fireworks": "fireworks",
    "gemini": "google",
    "grok": "xai",
    "groq": "groq",
    "lmstudio": "lmstudio",
    "moonshot": "moonshot",
    "nebius": "nebius",
    "ollama": "ollama",
    "openai": "openai",
    "openrouter": "openrouter",
    "qwen": "qwen",
    "sglang": "sglang",
    "together": "together",
    "vllm": "vllm",
    "zai": "zai",
}
_FOREIGN = (
    "antigravity_cli",
    "claude_code",
    "codex",
    "copilot",
    "gemini_cli",
    "inference",
    "nvidia_nim",
    "poe",
    "uitars",
)
_API_TYPES = (
    "anthropic",
    "azure",
    "cerebras",
    "deepseek",
    "google",
    "groq",
    "mistral",
    "ollama",
    "openai",
    "together",
)
_GROUP = ("agents", "llm_config", "max_rounds", "pattern", "user_agent")
_MODEL_KEYS = ("model", "base_url", "api_key")
_ONE_MODEL = "is not used: a group has one model, that of its `llm_config`"
_SLIP = 0.85


def converted(root: Node, registry: Names) -> tuple[Node, tuple[str, ...]]:
    """The config with MassGen's entries in our form, and what of it is not used. Others pass unchanged."""
    keys = root.mapping()
    single = keys.get("agent")
    if single is not None and single.child("backend") and "agents" not in keys:
        keys = {
            **{key: node for key, node in keys.items() if key != "agent"},
            "agents": replace(single, value=[single]),
        }
    agents = keys.get("agents")
    entries = agents.value if agents is not None and isinstance(agents.value, list) else []
    if agents is None or not any(entry.child("backend") for entry in entries):
        return root, ()
    conversion = _Conversion(registry)
    moved = [conversion.entry(entry) if entry.child("backend") else entry for entry in entries]
    conversion.unused(keys[key] for key in _TOP if key in keys)
    kept = {key: node for key, node in keys.items() if key not in _TOP}
    return root.with_keys({**kept, "agents": replace(agents, value=moved)}), tuple(conversion.notices)


class _Conversion:
    def __init__(self, registry: Names) -> None:
        self._registry = registry
        self.notices: list[str] = []

    def entry(self, agent: Node) -> Node:
        """One entry in our form. Keys of our own beside `backend` win over those in it."""
        outer = agent.mapping()
        backend = outer["backend"].mapping()
        if "type" in outer:
            raise outer["type"].error("an entry has a `type` or a `backend`, not both", at_key=True)
        if "type" not in backend:
            raise missing(outer["backend"], "type")
        self.unused(outer[key] for key in _AGENT if key in outer)
        kept = {key: node for key, node in outer.items() if key not in (*_AGENT, "backend")}
        ag2 = backend["type"].value in ("ag2", "autogen")
        inner = self._ag2(outer["backend"]) if ag2 else self._native(outer["backend"])
        self.unused(inner[key] for key in inner if key in kept)
        return agent.with_keys({**inner, **kept, **self._id(outer)})

    def unused(self, nodes: Iterable[Node], why: str = "is not used") -> None:
        """A notice for each node."""
        for node in nodes:
            mark = node.key or node.mark
            where = f"{mark.text.path}:{mark.line}: " if mark else ""
            self.notices.append(f"{where}`{dotted(node.path)}` {why}")

    def _id(self, outer: Mapping[str, Node]) -> dict[str, Node]:
        """MassGen's ids may have dots and spaces, as in `gemini2.5pro`."""
        node = outer.get("id")
        if node is None or not isinstance(node.value, str) or not re.search(r"[. ]", node.value.strip(".")):
            return {}
        name = re.sub(r"[. ]", "-", node.value)
        self.unused([node], f"is `{name}` here")
        return {"id": replace(node, value=name)}

    def _ag2(self, backend: Node) -> dict[str, Node]:
        keys = backend.mapping()
        if "agent_config" in keys and "group_config" in keys:
            raise keys["group_config"].error(
                "an entry has an `agent_config` or a `group_config`, not both", at_key=True
            )
        self.unused(node for key, node in keys.items() if key not in ("type", "agent_config", "group_config"))
        moved = {"type": replace(keys["type"], value="ag2")}
        if "group_config" in keys:
            return {**moved, **self._group(keys["group_config"])}
        if "agent_config" not in keys:
            raise missing(backend, "agent_config")
        return {**moved, **self._agent_config(keys["agent_config"])}

    def _agent_config(self, node: Node) -> dict[str, Node]:
        config = dict(node.mapping())
        moved = {"kind": config.pop("type", replace(node, value="conversable"))}
        if "llm_config" in config:
            moved |= self._llm_config(config.pop("llm_config"))
        return {**moved, **config}

    def _group(self, node: Node) -> dict[str, Node]:
        keys = dict(node.mapping())
        for key, child in keys.items():
            if key not in _GROUP and (hint := did_you_mean(key, _GROUP)):
                raise child.error("unknown key", hint=hint, at_key=True)
        if "llm_config" not in keys:
            raise missing(node, "llm_config")
        top = self._llm_config(keys.pop("llm_config"))
        if "max_rounds" in keys:
            top["max_rounds"] = keys.pop("max_rounds")
        if "agents" in keys and isinstance(keys["agents"].value, list):
            members = [self._member(entry, top["model"]) for entry in keys["agents"].value]
            keys["agents"] = replace(keys["agents"], value=members)
        if "user_agent" in keys:
            keys["user_agent"] = self._member(keys["user_agent"], top["model"])
        pattern = dict(keys.pop("pattern").mapping()) if "pattern" in keys else {}
        self.unused([pattern.pop("group_manager_args")] if "group_manager_args" in pattern else (), _ONE_MODEL)
        if "type" in pattern:
            pattern["pattern"] = pattern.pop("type")
        return {**top, "group": node.with_keys({**keys, **pattern})}

    def _member(self, node: Node, model: Node) -> Node:
        """A member in our form; it has the `model` of the group, whatever it says."""
        moved = self._agent_config(node)
        own = moved.pop("model", model)
        if plain(own) != plain(model):
            self.unused([own], _ONE_MODEL)
        return node.with_keys(moved)

    def _llm_config(self, node: Node) -> dict[str, Node]:
        keys = self._first(node).mapping()
        if "config_list" in keys:
            rest = {key: child for key, child in keys.items() if key != "config_list"}
            keys = {**rest, **self._first(keys["config_list"]).mapping()}
        provider = "openai"
        if "api_type" in keys:
            provider = str(keys["api_type"].value)
            if provider not in _API_TYPES:
                hint = did_you_mean(provider, _API_TYPES) or f"known are {listed(_API_TYPES)}"
                raise keys["api_type"].error(f"`{provider}` has no counterpart here yet", hint=hint)
        return self._with_options(node, keys, provider, "ag2", ("api_type",))

    def _first(self, node: Node) -> Node:
        if not isinstance(node.value, list) or not node.value:
            return node
        self.unused(node.value[1:], "is not used: an agent has one model, the first of the list")
        return node.value[0]  # type: ignore[no-any-return]

    def _native(self, backend: Node) -> dict[str, Node]:
        keys = backend.mapping()
        kind = str(keys["type"].value)
        if kind not in _BACKENDS:
            hint = "" if kind in _FOREIGN else did_you_mean(kind, _BACKENDS)
            hint = hint or f"known are `ag2`, {listed(_BACKENDS)}"
            raise keys["type"].error(f"MassGen's backend `{kind}` has no counterpart here yet", hint=hint)
        moved = self._with_options(backend, keys, _BACKENDS[kind], "model", ("type",))
        return {"type": replace(keys["type"], value="model"), **moved}

    def _with_options(
        self, node: Node, keys: Mapping[str, Node], provider: str, adapter: str, read: Collection[str]
    ) -> dict[str, Node]:
        """The model that the keys name, and the adapter's own options among them."""
        if "model" not in keys:
            raise missing(node, "model")
        found = self._registry.adapters.get(adapter)
        options = found.options.model_fields if found else {}
        moved = {"model": self._model(provider, keys)}
        for key, child in keys.items():
            if key in options:
                moved[key] = child
            elif key not in (*read, *_MODEL_KEYS):
                if hint := did_you_mean(key, {*options, *read, *_MODEL_KEYS}, _SLIP):
                    raise child.error("unknown key", hint=hint, at_key=True)
                self.unused([child])
        return moved

    def _model(self, provider: str, keys: Mapping[str, Node]) -> Node:
        name, address, key = keys["model"], keys.get("base_url"), keys.get("api_key")
        source = self._at(str(address.value)) if address else None
        if address and source and str(address.value).rstrip("/") == source.base_url:
            provider, address = source.name, None
        parts = {"model": name}
        if address:
            parts["base_url"] = address
        elif isinstance(name.value, str):
            parts["model"] = replace(name, value=f"{provider}/{name.value}")
        if key and ("${" in str(key.value) or looks_secret(str(key.value))):
            parts["key"] = key
        elif key:
            self.unused([key], "is not used: it names no variable, as in `${OPENAI_API_KEY}`")
        elif address and source and source.key_variable:
            parts["key"] = replace(address, value=source.key_variable)
        return name.with_keys(parts)

    def _at(self, address: str) -> ModelSource | None:
        """The provider at an address: its key is sent nowhere else."""
        host = _host(address)
        return next((s for s in self._registry.models.values() if host and _host(s.base_url) == host), None)


def _host(address: str) -> str | None:
    try:
        return urlsplit(address).hostname
    except ValueError:  # told when the model is resolved
        return None
