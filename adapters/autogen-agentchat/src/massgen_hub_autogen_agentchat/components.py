"""Components: agents and teams as AutoGen Studio and `dump_component` describe them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from autogen_core import ComponentLoader, ComponentModel
from autogen_core.models import ModelInfo
from massgen_hub.contract import JSON, Model
from massgen_hub.errors import ConfigError
from massgen_hub.kit import described

from .parts import Runner

OPENAI = "OpenAIChatCompletionClient"
MASKED = "**********"
"""What stands in a description in place of a key."""


def loaded(component: ComponentModel, model: Model | None, able: ModelInfo) -> Runner:
    """The agent or team that a component describes. Clients of OpenAI's in it without a key run on `model`, which is
    `able`. Raises `ConfigError` where it cannot be loaded."""
    whole = component.model_dump()
    try:
        made: Any = ComponentLoader.load_component(_keyed(whole, model, able) if model else whole)
    except Exception as failure:
        what = f"the component `{component.label}` cannot be loaded: {described(failure)}"
        hint = "" if model else "its clients of OpenAI's without a key run on the `model` of the entry"
        raise ConfigError(what, hint=hint) from failure
    if isinstance(made, Runner):
        return made
    raise ConfigError(f"the component `{component.label}` is a `{type(made).__name__}`, which is no agent or team")


def _keyed(value: JSON, model: Model, able: ModelInfo) -> Any:
    if isinstance(value, list):
        return [_keyed(one, model, able) for one in value]
    if not isinstance(value, Mapping):
        return value
    inner = {name: _keyed(held, model, able) for name, held in value.items()}
    config = inner.get("config")
    if str(inner.get("provider")).endswith(OPENAI) and config.get("api_key") in (None, MASKED):
        about = {"model": model.name, "base_url": model.base_url, "api_key": model.key or "none"}
        inner["config"] = {"model_info": able, **config, **about}
    return inner
