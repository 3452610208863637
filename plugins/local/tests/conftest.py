"""The embedded model with its real weights, started once for all tests that want it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest
from massgen_hub.contract import Model, Usage
from massgen_hub_local import NAME, connect
from openai import OpenAI


class Embedded:
    """What agents are given, clients to use it with, and what was metered."""

    def __init__(self, given: Mapping[str, Model], metered: list[tuple[str, Usage]]) -> None:
        self.given, self.metered = given, metered
        self._clients = {agent: _client(model) for agent, model in given.items()}

    def ask(self, text: str, agent: str = "ada", **options: Any) -> Any:
        messages = [{"role": "user", "content": text}]
        return self._clients[agent].chat.completions.create(model=NAME, messages=messages, **options)


def _client(model: Model) -> OpenAI:
    return OpenAI(base_url=model.base_url, api_key=model.key, max_retries=0)


@contextmanager
def embedded(*agents: str) -> Iterator[Embedded]:
    """The model in an event loop of its own, so that tests need none."""
    metered: list[tuple[str, Usage]] = []
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    context = connect({agent: Model(name=NAME) for agent in agents}, lambda *call: metered.append(call))
    try:
        given = asyncio.run_coroutine_threadsafe(context.__aenter__(), loop).result()
        yield Embedded(given, metered)
        asyncio.run_coroutine_threadsafe(context.__aexit__(None, None, None), loop).result()
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


@pytest.fixture(scope="session")
def smollm2() -> Iterator[Embedded]:
    with embedded("ada", "bob", "cy") as model:
        yield model
