"""The model of the config, as a model of Pydantic AI, and the tools that its provider runs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from inspect import signature
from typing import Any
from urllib.parse import urlsplit

from massgen_hub.contract import Model as Place
from massgen_hub.errors import ConfigError
from massgen_hub.kit import openai_client
from pydantic import TypeAdapter, ValidationError
from pydantic_ai.exceptions import UserError
from pydantic_ai.models import Model, infer_model
from pydantic_ai.native_tools import AbstractNativeTool
from pydantic_ai.providers import Provider, infer_provider_class

from .options import HostedTool

LOOPBACK = ("127.0.0.1", "::1", "localhost")


@asynccontextmanager
async def provided(provider: str, place: Place) -> AsyncIterator[Model]:
    """The model, over connections that end with it. One that speaks as OpenAI does is asked where the hub says, any
    other at the address that its provider has.

    Raises `ConfigError`: no such provider, not installed, or behind the gateway, which speaks Chat Completions only.
    """
    kind = _provider(provider)
    if "openai_client" in signature(kind).parameters:
        async with openai_client(place) as client:
            yield _model(provider, place, kind(openai_client=client))
        return
    if urlsplit(place.base_url).hostname in LOOPBACK:
        hint = "leave out `provider`, or `gateway: true`"
        raise ConfigError(f"`provider: {provider}` cannot speak to {place.base_url}", hint=hint)
    async with _model(provider, place, kind(api_key=place.key or None)) as model:
        yield model


def _provider(name: str) -> type[Provider[Any]]:
    try:
        return infer_provider_class(name)
    except ValueError:
        hint = "name one as Pydantic AI does in front of a model: `openai-chat`, `openai`, `anthropic`, `google`, ..."
        raise ConfigError(f"Pydantic AI knows no provider `{name}`", hint=hint) from None
    except ImportError as missing:
        raise _not_installed(name) from missing


def _model(provider: str, place: Place, made: Provider[Any]) -> Model:
    try:
        return infer_model(f"{provider}:{place.name}", lambda _name: made)
    except ImportError as missing:
        raise _not_installed(provider) from missing
    except UserError as refused:
        raise ConfigError(f"Pydantic AI refuses `provider: {provider}`: {refused}") from refused


def _not_installed(provider: str) -> ConfigError:
    hint = f'pip install "pydantic-ai-slim[{provider}]"'
    return ConfigError(f"`provider: {provider}` needs a package that is not installed", hint=hint)


_HOSTED: TypeAdapter[AbstractNativeTool] = TypeAdapter(AbstractNativeTool)


def hosted(tools: Iterable[HostedTool], model: Model) -> list[AbstractNativeTool]:
    """The tools that the provider runs. Raises `ConfigError` for one that it, or this model, has not."""
    return [_hosted(tool, model) for tool in tools]


def _hosted(described: HostedTool, model: Model) -> AbstractNativeTool:
    try:
        tool = _HOSTED.validate_python({"kind": described.type, **described.settings})
    except ValidationError as refused:
        why = "; ".join(error["msg"] for error in refused.errors())
        raise ConfigError(f"Pydantic AI refuses the hosted tool `{described.type}`: {why}") from refused
    offered = model.profile.get("supported_native_tools", frozenset())
    if not isinstance(tool, tuple(offered)):
        names = sorted(kind.kind for kind in offered)
        hint = f"it runs: {', '.join(names)}" if names else "`provider: openai` speaks to the Responses API, which may"
        raise ConfigError(f"`{model.model_id}` does not run the hosted tool `{described.type}`", hint=hint)
    return tool
