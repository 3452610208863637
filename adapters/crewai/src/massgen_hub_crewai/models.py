"""The hub's model as a client of CrewAI, and which agents take it."""

from __future__ import annotations

import os
from typing import Any

from crewai import BaseLLM
from crewai.llms.providers.openai.completion import OpenAICompletion
from massgen_hub.contract import Setup
from massgen_hub.kit import models_of

SETTINGS = frozenset(
    {"temperature", "top_p", "max_tokens", "max_completion_tokens", "frequency_penalty", "presence_penalty"}
    | {"seed", "stop", "reasoning_effort", "response_format"}
)
"""What an agent may say of its model beside the name."""


class Models:
    """The client of the model that the config names for an agent, if it names one."""

    def __init__(self, setup: Setup, **settings: Any) -> None:
        self._setup = setup
        self._hubs = _client(setup, settings) if setup.model else None

    def client(self, own: Any = None) -> BaseLLM:
        """An agent's own client where it has an address or a key, else the hub's, set as the agent's own is. Raises
        `ConfigError`: there is none.

        CrewAI makes a client of a name too, and of nothing at all. Such a one is kept where there is no other.
        """
        if isinstance(own, BaseLLM) and not (_is_a_name(own) and (self._hubs or not own.api_key)):
            return own
        if self._hubs is None:
            models_of(self._setup)
        assert self._hubs is not None
        said = SETTINGS & own.model_fields_set if isinstance(own, BaseLLM) else ()
        return self._hubs.model_copy(update={name: getattr(own, name) for name in said})


def _client(setup: Setup, settings: dict[str, Any]) -> BaseLLM:
    model = models_of(setup)
    if model.base_url:
        settings |= {"base_url": model.base_url, "custom_openai": True}
    key = model.key or "none"  # without one it looks for a key of its own
    return OpenAICompletion(model=model.name, api_key=key, max_retries=0, **settings)


def _is_a_name(llm: BaseLLM) -> bool:
    """Whether it is what CrewAI makes of a name of OpenAI's, without an address or a key."""
    if type(llm) is not OpenAICompletion or llm.api_key not in (None, os.environ.get("OPENAI_API_KEY")):
        return False
    return not (llm.base_url or llm.api_base or llm.client_params)
