"""The hub's model as LlamaIndex's, and users' models without retries of their own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from llama_index.core.llms import LLM
from llama_index.llms.openai import OpenAI
from llama_index.llms.openai_like import OpenAILike  # type: ignore[import-untyped]
from massgen_hub.contract import Model
from massgen_hub.kit import asked_once, openai_client

from .options import LlamaIndexOptions

COUNTED = {"stream_options": {"include_usage": True}}
"""Without it servers tell no usage of what they stream."""
CONTEXT_WINDOW = 128_000
"""LlamaIndex takes 3,900 tokens where nothing is said, and cuts what a query engine has found to it."""


class HubsModel(OpenAILike):  # type: ignore[misc]
    """A model that is sent what was said and nothing else: LlamaIndex would send a temperature of 0.1, and nulls."""

    def _get_model_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        said = super()._get_model_kwargs(**kwargs)
        if "temperature" not in self.additional_kwargs:
            del said["temperature"]
        return {name: value for name, value in said.items() if value is not None}


@asynccontextmanager
async def hubs_model(model: Model | None, options: LlamaIndexOptions) -> AsyncIterator[HubsModel | None]:
    """The entry's model, if it names one, over connections that end with the agent."""
    if model is None:
        yield None
        return
    warmth = {} if options.temperature is None else {"temperature": options.temperature}
    async with openai_client(model) as client:
        yield HubsModel(
            model=model.name,
            api_base=model.base_url or None,
            api_key=client.api_key,
            max_tokens=options.max_tokens,
            max_retries=0,
            is_chat_model=True,
            is_function_calling_model=True,
            context_window=CONTEXT_WINDOW,
            additional_kwargs={**COUNTED, **warmth},
            async_openai_client=client,
        )


class ModelTwins:
    """Twins of users' models, one of each, which ask once and count. Their connections end with `close`."""

    def __init__(self) -> None:
        self._made: dict[int, tuple[LLM, LLM]] = {}

    def of(self, own: LLM) -> LLM:
        """The twin of a model."""
        if id(own) not in self._made:
            self._made[id(own)] = own, _twin(own)
        return self._made[id(own)][1]

    async def close(self) -> None:
        """Close the clients that the twins have made for themselves."""
        for own, twin in self._made.values():
            if not (isinstance(own, OpenAI) and isinstance(twin, OpenAI)):
                continue
            if twin._aclient and own._aclient is None and own._async_http_client is None:
                await twin._aclient.close()
            if twin._client and own._client is None and own._http_client is None:
                twin._client.close()


def _twin(own: LLM) -> LLM:
    changes: dict[str, Any] = {"max_retries": 0} if "max_retries" in type(own).model_fields else {}
    if isinstance(own, OpenAI):
        changes["additional_kwargs"] = {**COUNTED, **own.additional_kwargs}
    twin = own.model_copy(update=changes)
    private = twin.__pydantic_private__ or {}
    private.update({name: asked_once(held) for name, held in private.items()})
    return twin
