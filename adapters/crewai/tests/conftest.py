"""Turns of an agent against a scripted model, and the users' modules that a config names."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from massgen_hub.contract import Reply, Setup, Turn
from massgen_hub.testing import ModelServer, RecordingHost, run
from massgen_hub_crewai import ADAPTER
from massgen_hub_crewai.quiet import send_nothing

send_nothing()
sys.path.append(str(Path(__file__).parent))

from crewai import LLM  # noqa: E402

Take = Callable[..., Reply]


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with ModelServer() as server:
        yield server


@pytest.fixture
def llm(server: ModelServer) -> Any:
    """A client of the user's own, shared as users do."""
    return LLM(model="openai/m", base_url=server.base_url, api_key="k")


@pytest.fixture
def take(server: ModelServer, tmp_path: Path) -> Take:
    """`take(turn, host=None, target=None, model="m", **options)`: the reply of an agent opened for this turn."""

    async def taken(turn: Turn, host: Any, setup: Setup, options: dict[str, Any]) -> Reply:
        async with ADAPTER.open(ADAPTER.options(**options), setup) as agent:
            return await agent(turn, host or RecordingHost())

    def take(turn: Turn, host: Any = None, target: Any = None, model: str | None = "m", **options: Any) -> Reply:
        hubs = server.model(model) if model else None
        setup = Setup(agent="ada", seed=1, model=hubs, target=target, folder=str(tmp_path))
        return run(taken(turn, host, setup, options), loop="one")

    return take
