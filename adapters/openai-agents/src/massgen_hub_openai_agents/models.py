"""The hub's model, as the SDK asks for models."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, Literal

from agents import Model, ModelProvider, ModelSettings, OpenAIChatCompletionsModel, OpenAIResponsesModel
from agents.models import get_default_model_settings
from massgen_hub.contract import Setup
from massgen_hub.kit import models_of, openai_client
from openai import AsyncOpenAI

from .options import OpenAIAgentsOptions

Api = Literal["chat", "responses"]


class HubsModels(ModelProvider):
    """Gives every agent without a model object of its own the model of the config, whatever name it asks for."""

    def __init__(self, setup: Setup, api: Api, client: AsyncOpenAI | None) -> None:
        self.name = setup.model.name if setup.model else ""
        self._setup, self._client = setup, client
        self._kind = _Chat if api == "chat" else _Responses

    def get_model(self, model_name: str | None) -> Model:
        """The model. Raises `ConfigError` where the config names none."""
        models_of(self._setup)
        assert self._client is not None
        made = self._kind(self.name, self._client)
        if model_name != self.name:
            made.unwanted = get_default_model_settings(model_name)
        return made


@asynccontextmanager
async def provided(options: OpenAIAgentsOptions, setup: Setup) -> AsyncIterator[HubsModels]:
    """The models for one agent, over connections that end with it."""
    if setup.model is None:
        yield HubsModels(setup, options.api, None)
        return
    async with openai_client(setup.model) as client:
        yield HubsModels(setup, options.api, client)


class _Unassuming:
    """Leaves out what the SDK says by default to the model that an agent names, where another takes its place."""

    unwanted = ModelSettings()

    def get_response(self, *given: Any, **named: Any) -> Any:
        return super().get_response(*map(self._fitting, given), **_each(self._fitting, named))

    def stream_response(self, *given: Any, **named: Any) -> Any:
        return super().stream_response(*map(self._fitting, given), **_each(self._fitting, named))

    def _fitting(self, value: Any) -> Any:
        if not isinstance(value, ModelSettings):
            return value
        said = {name: getattr(self.unwanted, name) for name in ("reasoning", "verbosity")}
        return replace(value, **{name: None for name in said if getattr(value, name) == said[name]})


def _each(change: Callable[[Any], Any], named: dict[str, Any]) -> dict[str, Any]:
    return {name: change(value) for name, value in named.items()}


class _Chat(_Unassuming, OpenAIChatCompletionsModel):
    """Over Chat Completions."""


class _Responses(_Unassuming, OpenAIResponsesModel):
    """Over the Responses API."""
