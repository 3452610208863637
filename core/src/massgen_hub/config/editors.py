"""The JSON Schema of a config, for editors."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from ..contract import Adapter
from .agents import APART, HUB_KEYS, TOGETHER
from .schema import AgentEntry, ModelEntry, Top
from .types import Names

_REFERENCE = "#/$defs/{model}"


def json_schema(registry: Names) -> dict[str, Any]:
    """A JSON Schema (draft 2020-12) of the whole config, with the options of every adapter installed."""
    adapters = sorted(registry.adapters.values(), key=lambda adapter: adapter.name)
    wanted: list[type[BaseModel]] = [
        Top,
        AgentEntry,
        ModelEntry,
        *dict.fromkeys(adapter.options for adapter in adapters),
    ]
    found, shared = models_json_schema([(model, "validation") for model in wanted], ref_template=_REFERENCE)
    definitions = shared["$defs"]
    schemas = {model: _followed(reference, definitions) for (model, _), reference in found.items()}
    top = schemas[Top]
    agents = [_entry(adapter, schemas[AgentEntry], schemas[adapter.options]) for adapter in adapters]
    agents += [_distant_entry(schemas[AgentEntry], list(registry.adapters)), _massgen_entry()]
    properties = {
        **top["properties"],
        "agents": {"type": "array", "minItems": 1, "items": {"anyOf": agents}},
        "models": {"type": "object", "additionalProperties": schemas[ModelEntry]},
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "massgen-hub config",
        **top,
        "properties": properties,
        "required": ["agents"],
        "$defs": definitions,
    }


def _followed(reference: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    name = reference.get("$ref", "").rpartition("/")[2]
    return definitions[name] if name else reference


def _entry(adapter: Adapter, entry: dict[str, Any], options: dict[str, Any]) -> dict[str, Any]:
    """An entry of one type: the hub's own keys and the adapter's."""
    own = {key: value for key, value in options.get("properties", {}).items() if key not in HUB_KEYS}
    return {
        "title": f"type: {adapter.name}",
        "description": adapter.summary,
        "type": "object",
        "properties": {**entry["properties"], **own, "type": {"const": adapter.name}},
        "required": ["type", *options.get("required", [])],
        "additionalProperties": False,
    }


def _distant_entry(entry: dict[str, Any], installed: list[str]) -> dict[str, Any]:
    """An entry of a type that is not installed here: an environment of its own knows the options."""
    known = {"enum": [name for name in (*TOGETHER, *APART) if name not in installed]}
    return {
        "title": "an agent in an environment of its own",
        "type": "object",
        "properties": {**entry["properties"], "type": {"type": "string", "not": {"enum": installed}}},
        "required": ["type"],
        "anyOf": [
            {"properties": {"type": known}},
            {"properties": {"environment": {"type": "object"}}, "required": ["environment"]},
        ],
    }


def _massgen_entry() -> dict[str, Any]:
    return {"title": "an entry of MassGen's", "type": "object", "required": ["backend"]}
