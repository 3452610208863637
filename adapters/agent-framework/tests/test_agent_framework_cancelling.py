"""A cancelled turn ends at once, hangs up, and leaves nothing behind."""

from __future__ import annotations

import asyncio

import agent_framework_users as users
import pytest
from agent_framework import tool
from agent_framework_orchestrations import ConcurrentBuilder
from massgen_hub.contract import Setup, Usage
from massgen_hub.testing import Gate, RecordingHost, call, draft, hang, run, say, vote
from massgen_hub_agent_framework import ADAPTER

ROUNDS_TO_END = 10
"""Of the loop, in which streams that were cancelled are closed."""


async def cancelled(server, target, turn, reached):
    """What a turn that is cancelled told the host, and the tasks that it left."""
    host = RecordingHost()
    async with ADAPTER.open(ADAPTER.options(), Setup(agent="x", seed=1, target=target)) as agent:
        before = asyncio.all_tasks()
        taking = asyncio.create_task(agent(turn, host))
        await reached()
        taking.cancel()
        await asyncio.wait([taking], timeout=1)
        assert taking.cancelled()
        for request in server.requests:
            await asyncio.to_thread(request.answered.wait, 3)
        for _ in range(ROUNDS_TO_END):
            await asyncio.sleep(0)
        return host, asyncio.all_tasks() - before


async def all_reached(*gates):
    for gate in gates:
        await asyncio.to_thread(gate.reached.wait)


@pytest.mark.parametrize("turn", [draft(), vote()], ids=["draft", "vote"])
@pytest.mark.parametrize("make", [users.an_agent, users.sequence], ids=["agent", "workflow"])
def test_in_the_middle_of_a_reply_it_hangs_up_on_the_model(server, turn, make):
    gate = Gate()
    server.script("m", [hang("Par", gate)])
    server.script("a", [hang("Par", gate)])
    _, left = run(cancelled(server, make(server, "a"), turn, lambda: all_reached(gate)), loop="one")
    assert server.requests[0].disconnected
    assert left == set()


def test_it_hangs_up_on_all_that_work_at_once(server):
    gates = Gate(), Gate()
    for model, gate in zip("ab", gates, strict=True):
        server.script(model, [hang("Par", gate)])
    workflow = ConcurrentBuilder(participants=users.team(server, "a", "b")).build()
    _, left = run(cancelled(server, workflow, draft(), lambda: all_reached(*gates)), loop="one")
    assert [request.disconnected for request in server.requests] == [True, True]
    assert left == set()


def test_it_hangs_up_on_the_model_of_an_agent_that_is_a_tool(server):
    gate = Gate()
    expert = users.an_agent(server, "expert", "expert", description="Knows.")
    server.script("m", [call("expert", {"task": "Capital?"})])
    server.script("expert", [hang("Par", gate)])
    manager = users.an_agent(server, tools=[expert.as_tool()])
    host, left = run(cancelled(server, manager, draft(), lambda: all_reached(gate)), loop="one")
    assert server.requests[1].disconnected
    assert left == set()
    assert host.spent == [Usage(input=101, output=11, cached=1, calls=1, model="m")]
    assert [(activity.kind, activity.text) for activity in host.activities][1] == ("result", "CancelledError")


def test_a_tool_is_cancelled_with_it(server):
    ended = []

    async def scene():
        started = asyncio.Event()

        @tool
        async def wait() -> str:
            """Wait for ever."""
            started.set()
            try:
                await asyncio.Event().wait()
            finally:
                ended.append("yes")
            return ""

        server.script("m", [call("wait", {})])
        return await cancelled(server, users.an_agent(server, tools=[wait]), draft(), started.wait)

    host, left = run(scene(), loop="one")
    assert (ended, left) == (["yes"], set())
    assert [activity.kind for activity in host.activities] == ["call", "result"]


def test_a_workflow_works_after_a_cancelled_turn(server):
    gate = Gate()

    async def scene():
        async with ADAPTER.open(
            ADAPTER.options(), Setup(agent="x", seed=1, target=users.sequence(server, "a"))
        ) as agent:
            server.script("a", [hang("Par", gate)])
            first = asyncio.create_task(agent(draft(), RecordingHost()))
            await all_reached(gate)
            first.cancel()
            await asyncio.wait([first])
            server.script("a", [say("Paris")])
            return await agent(draft(round=2), RecordingHost())

    assert run(scene(), loop="one").text == "Paris"
