"""A cancelled turn ends at once, hangs up, and leaves nothing behind."""

from __future__ import annotations

import asyncio

import pytest
from massgen_hub.contract import Setup
from massgen_hub.testing import Gate, RecordingHost, call, draft, hang, run, say, vote
from massgen_hub_pydantic_ai import ADAPTER
from massgen_hub_pydantic_ai.conformance import manager
from pydantic_ai import Agent


async def cancelled(server, target, turn, reached):
    """What a turn that is cancelled told the host, and the tasks that it left."""
    host = RecordingHost()
    setup = Setup(agent="a", seed=1, model=server.model("m"), target=target)
    async with ADAPTER.open(ADAPTER.options(), setup) as agent:
        before = asyncio.all_tasks()
        taking = asyncio.create_task(agent(turn, host))
        await reached()
        taking.cancel()
        await asyncio.wait([taking], timeout=1)
        assert taking.cancelled()
        left = asyncio.all_tasks() - before
        await asyncio.to_thread(server.requests[-1].answered.wait, 3)
    return host, left


@pytest.mark.parametrize("turn", [draft(), vote()], ids=["draft", "vote"])
def test_in_the_middle_of_a_reply_it_hangs_up_on_the_model(server, turn):
    gate = Gate()
    server.script("m", [hang("Par", gate)])
    _, left = run(cancelled(server, Agent(), turn, lambda: asyncio.to_thread(gate.reached.wait)), loop="one")
    assert server.requests[0].disconnected
    assert left == set()


def test_it_hangs_up_on_the_model_of_an_agent_that_is_a_tool(server):
    gate = Gate()
    server.script("m", [call("consult", {"question": "Capital?"}), hang("Par", gate)])
    host, left = run(cancelled(server, manager, draft(), lambda: asyncio.to_thread(gate.reached.wait)), loop="one")
    assert server.requests[1].disconnected
    assert [activity.kind for activity in host.activities] == ["call", "result"]
    assert left == set()


def test_a_tool_is_cancelled_with_it(server):
    ended = []

    async def scene():
        started = asyncio.Event()

        async def wait() -> str:
            """Wait for ever."""
            started.set()
            try:
                await asyncio.Event().wait()
            finally:
                ended.append("yes")
            return ""

        server.script("m", [call("wait", {})])
        return await cancelled(server, Agent(tools=[wait]), draft(), started.wait)

    host, left = run(scene(), loop="one")
    assert (ended, left) == (["yes"], set())
    assert [activity.kind for activity in host.activities] == ["call", "result"]


def test_an_agent_works_after_a_cancelled_turn(server):
    gate = Gate()

    async def scene():
        async with ADAPTER.open(ADAPTER.options(), Setup(agent="a", seed=1, model=server.model("m"))) as agent:
            server.script("m", [hang("Par", gate)])
            first = asyncio.create_task(agent(draft(), RecordingHost()))
            await asyncio.to_thread(gate.reached.wait)
            first.cancel()
            await asyncio.wait([first])
            server.script("m", [say("Paris")])
            return await agent(draft(), RecordingHost())

    assert run(scene(), loop="one").text == "Paris"
