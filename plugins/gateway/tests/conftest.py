"""A scripted server as the provider, and the real client of OpenAI as the agent."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import pytest
from massgen_hub.contract import JSON, Model, Usage
from massgen_hub.testing.server import ModelServer
from massgen_hub_gateway import connect
from openai import AsyncOpenAI


class Gateway:
    """A gateway in front of models, seen from its agents; `metered` holds what it counted."""

    def __init__(self) -> None:
        self.metered: list[tuple[str, Usage]] = []
        self.given: Mapping[str, Model] = {}

    def meter(self, agent: str, usage: Usage) -> None:
        self.metered.append((agent, usage))

    @asynccontextmanager
    async def over(self, models: Mapping[str, Model]) -> AsyncIterator[Gateway]:
        async with connect(models, self.meter) as self.given:
            yield self

    @asynccontextmanager
    async def client(self, agent: str = "ada", key: str | None = None) -> AsyncIterator[AsyncOpenAI]:
        model = self.given[agent]
        async with AsyncOpenAI(base_url=model.base_url, api_key=key or model.key, max_retries=0) as client:
            yield client


class Endless:
    """An upstream that says one word and then nothing; it tells when it was started and when it was stopped."""

    def __init__(self) -> None:
        self.started, self.stopped = asyncio.Event(), asyncio.Event()

    async def chat(self, request: Mapping[str, JSON]) -> AsyncIterator[Mapping[str, JSON]]:
        try:
            yield {"choices": [{"index": 0, "delta": {"content": "well"}}], "usage": {"prompt_tokens": 7}}
            self.started.set()
            await asyncio.get_running_loop().create_future()
        finally:
            self.stopped.set()


@pytest.fixture
def provider():
    with ModelServer() as server:
        yield server


@pytest.fixture
def gateway():
    return Gateway()


@pytest.fixture
def endless():
    return Endless
