"""How classic agents call their models in a turn: streaming, silent, without retries, and reported to the hub."""

from __future__ import annotations

from typing import Any

from autogen import ConversableAgent, LLMConfig, OpenAIWrapper
from autogen.oai.client import AzureOpenAILLMConfigEntry, OpenAILLMConfigEntry
from massgen_hub.contract import Model

from .classic_io import TurnStream

NO_PRICE = [0.0, 0.0]
"""AG2 warns about models whose price it does not know; the hub asks it for none."""

CHAT_TYPES = ("openai", "azure")
"""Those of AG2's clients of OpenAI's that stream and that can do without a price."""

STATEFUL_TYPES = ("responses", "responses_v2")
"""Those whose clients go on with the conversation of their last call."""

DECIDED_BY_THE_HUB = ("tools", "functions", "tool_choice", "response_format")


class Reported:
    """A client for one call: what the model says is streamed, unless it is not `aloud`, and its usage reported."""

    def __init__(self, client: Any, turn: TurnStream, *, aloud: bool) -> None:
        self._client, self._turn, self._aloud = client, turn, aloud

    def create(self, **config: Any) -> Any:
        """One call."""
        with self._turn.message(aloud=self._aloud):
            response = self._client.create(**config)
        self._turn.spend(response)
        return response

    def extract_text_or_completion_object(self, response: Any) -> Any:
        """What the client says."""
        return self._client.extract_text_or_completion_object(response)


class Models:
    """The clients of agents during turns. One serves all turns of its agent, unless it would remember them."""

    def __init__(self) -> None:
        self._clients: dict[tuple[int, bool], tuple[ConversableAgent, OpenAIWrapper]] = {}
        self._lent: dict[int, LLMConfig] = {}

    def lend(self, agent: ConversableAgent, config: LLMConfig) -> None:
        """What an agent calls where it has no model of its own."""
        self._lent[id(agent)] = config

    def client(self, agent: ConversableAgent, *, bare: bool = False) -> OpenAIWrapper | None:
        """The client of an agent, None where it has no model. `bare`: without its tools and reply format, to decide.

        A client class of the user's own is registered with the agent's client alone, which is used as it is.
        """
        config, key = agent.llm_config or self._lent.get(id(agent)), (id(agent), bare)
        if not config or any(entry.get("model_client_cls") for entry in config["config_list"]):
            return agent.client
        if key in self._clients:
            return self._clients[key][1]
        client = OpenAIWrapper(**ready(config, bare=bare))
        if not any(entry.api_type in STATEFUL_TYPES for entry in config["config_list"]):
            self._clients[key] = (agent, client)
        return client


def llm_config(model: Model, temperature: float | None, max_tokens: int | None) -> LLMConfig:
    """AG2's config for a model of the hub."""
    entry = {
        "api_type": "openai",
        "model": model.name,
        "api_key": model.key or "none",
        "base_url": model.base_url or None,
        "temperature": temperature,
        "max_tokens": max_tokens,
    }
    return LLMConfig({key: value for key, value in entry.items() if value is not None})


def ready(config: LLMConfig, *, bare: bool = False) -> LLMConfig:
    """A config of its own for a turn. AG2's cache on disk is left out: a turn is asked, not remembered."""
    changed = config.copy()
    changed["cache_seed"] = None
    changed["config_list"] = [_entry(entry, bare) for entry in config["config_list"]]
    if bare:
        changed["tools"], changed["functions"], changed["response_format"] = [], [], None
    return changed


def _entry(entry: Any, bare: bool) -> Any:
    changes: dict[str, Any] = dict.fromkeys(DECIDED_BY_THE_HUB) if bare else {}
    if isinstance(entry, (OpenAILLMConfigEntry, AzureOpenAILLMConfigEntry)):
        changes["max_retries"] = 0
    if entry.api_type in CHAT_TYPES:
        changes |= {"stream": True, "price": entry.price or NO_PRICE}
    return entry.model_copy(update=changes)
