"""One turn of one agent of AgentScope against a scripted model."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest
from massgen_hub.contract import Reply, Setup, Turn
from massgen_hub.targets import append_to_path, resolve
from massgen_hub.testing import ModelServer, RecordingHost, run
from massgen_hub_agentscope import ADAPTER
from massgen_hub_agentscope.generation import generation

HERE = Path(__file__).parent
append_to_path([str(HERE)])

# Each generation has tests of its own, and the contract in common.
collect_ignore = [
    path.name
    for path in HERE.glob("test_agentscope*.py")
    if path.stem != "test_agentscope_contract" and ("agentscope1" in path.stem) != (generation() == 1)
]


@pytest.fixture
def server():
    with ModelServer() as server:
        yield server


@pytest.fixture
def take(server):
    """`take(turns, replies, host=None, target=None, folder=None, **options)`: the reply to the last turn.

    A `target` that is no text is given as it is.
    """

    async def taken(turns: Iterable[Turn], host: RecordingHost, setup: Setup, options) -> Reply:
        async with ADAPTER.open(ADAPTER.options(**options), setup) as agent:
            return [await agent(turn, host) for turn in turns][-1]

    def take(turns, replies, host=None, target=None, folder=None, **options) -> Reply:
        server.script("m", replies)
        given = resolve(target) if isinstance(target, str) else target
        setup = Setup(agent="ada", seed=1, model=server.model("m"), target=given, folder=folder)
        turns = [turns] if isinstance(turns, Turn) else turns
        return run(taken(turns, host or RecordingHost(), setup, options), loop="one")

    return take


@pytest.fixture
def offered(server):
    """The names of the tools that a request offered."""

    def offered(number=0):
        return [tool["function"]["name"] for tool in server.requests[number].body.get("tools", ())]

    return offered
