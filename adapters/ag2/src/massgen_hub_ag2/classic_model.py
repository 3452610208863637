"""The client of a classic agent: streaming, silent, without retries, and reporting to the turn that calls it."""

from __future__ import annotations

from typing import Any

from autogen import ConversableAgent, LLMConfig, OpenAIWrapper
from autogen.io.base import IOStream
from massgen_hub.contract import Model

from .classic_io import TurnStream
from .options import Ag2Options

NO_PRICE = [0.0, 0.0]
"""AG2 warns about models whose price it does not know; the hub asks it for none."""

OPENAI_TYPES = ("openai", "azure")
DECIDED_BY_THE_HUB = ("tools", "tool_choice", "response_format")


class TurnClient(OpenAIWrapper):
    """Calls the model on behalf of the turn whose stream is the default one."""

    def create(self, **config: Any) -> Any:
        """One call. What the model says is streamed, and its usage reported."""
        turn = IOStream.get_default()
        if not isinstance(turn, TurnStream):
            return super().create(**config)
        with turn.message():
            response = super().create(**config)
        turn.spend(response)
        return response


def llm_config(model: Model, options: Ag2Options) -> LLMConfig:
    """AG2's config for a model of the hub."""
    entry = {
        "api_type": "openai",
        "model": model.name,
        "api_key": model.key or "none",
        "base_url": model.base_url or None,
        "temperature": options.temperature,
        "max_tokens": options.max_tokens,
    }
    return LLMConfig({key: value for key, value in entry.items() if value is not None})


def clients(agent: ConversableAgent, config: LLMConfig | None) -> tuple[OpenAIWrapper | None, OpenAIWrapper | None]:
    """The clients to talk with and to decide with; both None for an agent without a model.

    A client class of the user's own is registered with the agent's client alone, which then serves for both.
    """
    if config is None:
        return None, None
    if any(entry.get("model_client_cls") for entry in config["config_list"]):
        return agent.client, agent.client
    talking = _client(config)
    said = (holder.get(name) for holder in (config, *config["config_list"]) for name in DECIDED_BY_THE_HUB)
    return talking, _client(config, deciding=True) if any(said) else talking


def _client(config: LLMConfig, *, deciding: bool = False) -> OpenAIWrapper:
    """A client of the hub's own from an agent's config; for decisions without the agent's tools and reply format.

    AG2's cache on disk is left out: a turn is asked, not remembered.
    """
    left_out = {"config_list", "cache_seed", *(DECIDED_BY_THE_HUB if deciding else ())}
    shared = {key: config[key] for key in config.keys() if key not in left_out}  # noqa: SIM118 - it has no `__iter__`
    return TurnClient(config_list=[_entry(entry, deciding) for entry in config["config_list"]], **shared)


def _entry(entry: Any, deciding: bool) -> Any:
    changes: dict[str, Any] = dict.fromkeys(DECIDED_BY_THE_HUB) if deciding else {}
    if entry.api_type in OPENAI_TYPES:
        changes |= {"stream": True, "max_retries": 0}
    if "price" in type(entry).model_fields:
        changes["price"] = entry.price or NO_PRICE
    return entry.model_copy(update=changes)
