"""Turns of an agent against a scripted model, and the users' module that a config names."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from massgen_hub.contract import Reply, Setup, Turn
from massgen_hub.testing import ModelServer, RecordingHost, run
from massgen_hub_pydantic_ai import ADAPTER

sys.path.append(str(Path(__file__).parent))

Take = Callable[..., Reply]


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with ModelServer() as server:
        yield server


@pytest.fixture
def take(server: ModelServer) -> Take:
    """`take(*turns, host=None, target=None, model="m", **options)`: the last reply of an agent opened for the turns."""

    async def taken(turns: tuple[Turn, ...], host: Any, setup: Setup, options: dict[str, Any]) -> Reply:
        async with ADAPTER.open(ADAPTER.options(**options), setup) as agent:
            return [await agent(turn, host or RecordingHost()) for turn in turns][-1]

    def take(*turns: Turn, host: Any = None, target: Any = None, model: str | None = "m", **options: Any) -> Reply:
        hubs = server.model(model) if model else None
        setup = Setup(agent="ada", seed=1, model=hubs, target=target)
        return run(taken(turns, host, setup, options), loop="one")

    return take
