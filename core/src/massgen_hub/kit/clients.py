"""Clients of OpenAI's SDK, and of those that are generated alike. The hub tries again, not they.

The SDK is the one that the adapter's framework brings; it is imported when a client is opened.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from importlib import import_module
from ssl import SSLContext
from typing import Any

from ..contract import Model


@asynccontextmanager
async def openai_client(model: Model) -> AsyncIterator[Any]:
    """An `AsyncOpenAI` for a model of the hub, over connections that end with it."""
    sdk = import_module("openai")
    address, key = model.base_url or None, model.key or "none"  # else it looks for a key of its own
    connections = sdk.DefaultAsyncHttpxClient(verify=shared_tls())
    async with sdk.AsyncOpenAI(base_url=address, api_key=key, max_retries=0, http_client=connections) as client:
        yield client


@cache
def shared_tls() -> SSLContext:
    """One for all clients of the process, because making one holds the event loop up for 40 ms."""
    connections = import_module("openai").DefaultAsyncHttpxClient.__base__
    http = import_module(connections.__module__.partition(".")[0])  # httpx, or in newer SDKs httpx2
    return http.create_ssl_context()  # type: ignore[no-any-return]


def asked_once(client: Any) -> Any:
    """A client like this one, over the same connections, that tries nothing again; anything else as it is."""
    retries = hasattr(client, "with_options") and hasattr(client, "max_retries")
    return client.with_options(max_retries=0) if retries else client
