"""A cancelled turn ends at once, hangs up, and leaves nothing behind."""

from __future__ import annotations

import asyncio

import openai_agents_users as users
import pytest
from agents import Agent, function_tool
from massgen_hub.contract import Setup, Usage
from massgen_hub.testing import Gate, RecordingHost, call, draft, hang, run, say, vote
from massgen_hub_openai_agents import ADAPTER


async def cancelled(server, target, turn, reached):
    """What a turn that is cancelled told the host, and the tasks that it left."""
    host = RecordingHost()
    async with ADAPTER.open(
        ADAPTER.options(), Setup(agent="a", seed=1, model=server.model("m"), target=target)
    ) as agent:
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
@pytest.mark.parametrize("target", [users.expert, users.front], ids=["alone", "with handoffs"])
def test_in_the_middle_of_a_reply_it_hangs_up_on_the_model(server, turn, target):
    gate = Gate()
    server.script("m", [hang("Par", gate)])
    _, left = run(cancelled(server, target, turn, lambda: asyncio.to_thread(gate.reached.wait)), loop="one")
    assert server.requests[0].disconnected
    assert left == set()


def test_it_hangs_up_on_the_model_of_an_agent_that_is_a_tool(server):
    gate = Gate()
    server.script("m", [call("ask_expert", {"input": "Capital?"}), hang("Par", gate)])
    reached = lambda: asyncio.to_thread(gate.reached.wait)  # noqa: E731
    host, left = run(cancelled(server, users.manager, draft(), reached), loop="one")
    assert server.requests[1].disconnected
    assert left == set()
    assert host.spent == [Usage(input=101, output=11, cached=1, calls=1, model="m")]
    assert [(activity.kind, activity.text) for activity in host.activities][1] == ("result", "CancelledError")


def test_a_tool_is_cancelled_with_it(server):
    ended = []

    async def scene():
        started = asyncio.Event()

        @function_tool
        async def wait() -> str:
            """Wait for ever."""
            started.set()
            try:
                await asyncio.Event().wait()
            finally:
                ended.append("yes")
            return ""

        server.script("m", [call("wait", {})])
        return await cancelled(server, Agent(name="a", tools=[wait]), draft(), started.wait)

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
