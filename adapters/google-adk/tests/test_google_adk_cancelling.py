"""A cancelled turn ends at once, hangs up, and leaves nothing behind."""

from __future__ import annotations

import asyncio
import threading

import google_adk_users as users
import pytest
from massgen_hub.contract import Setup, Usage
from massgen_hub.testing import Endless, Gate, RecordingHost, call, draft, hang, run, say, vote
from massgen_hub_google_adk import ADAPTER


@pytest.mark.parametrize("turn", [draft(), vote()], ids=["draft", "vote"])
@pytest.mark.parametrize("target", [users.front, users.line, users.loud], ids=["agent", "sequence", "workflow"])
def test_in_the_middle_of_a_reply_it_hangs_up_on_the_model(server, take, turn, target):
    gate = Gate()
    server.script("m", [hang("Par", gate)])
    _, left = take.cancelled(turn, gate.until_reached, target=target)
    assert server.requests[0].disconnected
    assert left == set()


def test_agents_at_once_all_hang_up(server, take):
    gates = [Gate(), Gate()]
    server.script("m", [hang("Par", gate) for gate in gates])

    async def both():
        for gate in gates:
            await gate.until_reached()

    _, left = take.cancelled(draft(), both, target=users.twins)
    assert all(request.answered.wait(3) and request.disconnected for request in server.requests)
    assert left == set()


def test_it_hangs_up_on_the_model_of_an_agent_that_is_a_tool(server, take):
    gate = Gate()
    server.script("m", [call("inner", {"request": "2+3?"}), hang("Par", gate)])
    host, left = take.cancelled(draft(), gate.until_reached, target=users.manager)
    assert server.requests[1].disconnected
    assert left == set()
    assert host.spent == [Usage(input=101, output=11, cached=1, calls=1, model="m")]
    assert [(activity.kind, activity.text) for activity in host.activities][1] == ("result", "CancelledError")


def test_a_tool_is_cancelled_with_it(server, take):
    tool = Endless()
    server.script("m", [call("wait", {})])
    host, left = take.cancelled(draft(), tool.started.wait, target=users.agent("a", tools=[tool.wait]))
    assert (tool.cancelled, left) == (True, set())
    assert [activity.kind for activity in host.activities] == ["call", "result"]


def test_a_function_that_blocks_holds_up_nobody_else(server, take):
    started, released = threading.Event(), threading.Event()

    def block() -> str:
        """Block."""
        started.set()
        return "released" if released.wait(10) else "nobody came"

    async def scene():
        setup = Setup(agent="a", seed=1, model=server.model("m"), target=users.agent("a", tools=[block]))
        async with ADAPTER.open(ADAPTER.options(), setup) as agent:
            taking = asyncio.create_task(agent(draft(), host))
            await asyncio.to_thread(started.wait, 10)
            released.set()  # by the loop, which is free
            return await taking

    host = RecordingHost()
    server.script("m", [call("block", {}), say("Done.")])
    assert run(scene(), loop="one").text == "Done."
    assert host.activities[1].text == "released"
