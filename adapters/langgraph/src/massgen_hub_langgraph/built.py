"""Agents made from options: `create_agent` of LangChain on an OpenAI-shaped model."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from ssl import SSLContext
from typing import Any

from httpx import create_ssl_context
from langchain.agents import create_agent
from langchain_openai import ChatOpenAI
from massgen_hub.contract import Model, Setup
from massgen_hub.errors import ConfigError
from massgen_hub.targets import resolve
from openai import DefaultAsyncHttpxClient, DefaultHttpxClient
from pydantic import SecretStr

from .agent import GraphAgent
from .ballotbox import Ballotbox
from .decision import Decision
from .options import LangGraphOptions
from .state import Keys


@asynccontextmanager
async def opened(options: LangGraphOptions, setup: Setup) -> AsyncIterator[GraphAgent]:
    """The agent, with connections of its own that end with it.

    LangChain would share its clients with the whole process: they break in a second event loop, are never closed,
    and cost 50 ms for each new address, nearly all of it for TLS.
    """
    if setup.model is None:
        hint = "add `model:` to it, or name a graph that brings its own: `agent: module:attribute`"
        raise ConfigError(f"agent `{setup.agent}` needs a model", hint=hint)
    tools = [resolve(name) for name in options.tools]
    with DefaultHttpxClient(verify=_tls()) as blocking:
        async with DefaultAsyncHttpxClient(verify=_tls()) as client:
            model = _model(options, setup.model, http_client=blocking, http_async_client=client)
            graph = _graph(options, model, tools)
            yield GraphAgent(graph, Keys(), options.recursion_limit, decides=True)


@cache
def _tls() -> SSLContext:
    return create_ssl_context()


def _model(options: LangGraphOptions, model: Model, **clients: Any) -> ChatOpenAI:
    return ChatOpenAI(
        model=model.name,
        base_url=model.base_url or None,
        api_key=SecretStr(model.key or "none"),  # without one it looks for a key of its own
        temperature=options.temperature,
        max_completion_tokens=options.max_tokens,
        max_retries=0,
        stream_usage=True,
        use_responses_api=False,
        **clients,
    )


def _graph(options: LangGraphOptions, model: ChatOpenAI, tools: list[Any]) -> Any:
    try:
        return create_agent(
            model,
            tools=tools,
            system_prompt=options.system_message,
            middleware=[Ballotbox()],
            context_schema=Decision,
        )
    except (TypeError, ValueError) as refused:
        hint = "`tools` are functions with annotations and a docstring, or tools of LangChain"
        raise ConfigError(f"LangChain refuses this agent: {refused}", hint=hint) from refused
