"""A cancelled turn ends at once, hangs up, and leaves nothing behind."""

from __future__ import annotations

import asyncio
import threading

import google_adk_users as users
import pytest
from massgen_hub.contract import Setup, Usage
from massgen_hub.testing import Gate, RecordingHost, call, draft, hang, run, say, vote
from massgen_hub_google_adk import ADAPTER


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
@pytest.mark.parametrize("target", [users.front, users.line, users.loud], ids=["agent", "sequence", "workflow"])
def test_in_the_middle_of_a_reply_it_hangs_up_on_the_model(server, target, turn):
    gate = Gate()
    server.script("m", [hang("Par", gate)])
    _, left = run(cancelled(server, target, turn, lambda: asyncio.to_thread(gate.reached.wait)), loop="one")
    assert server.requests[0].disconnected
    assert left == set()


def test_agents_at_once_all_hang_up(server):
    gates = [Gate(), Gate()]
    server.script("m", [hang("Par", gate) for gate in gates])

    async def both():
        for gate in gates:
            await asyncio.to_thread(gate.reached.wait)

    _, left = run(cancelled(server, users.twins, draft(), both), loop="one")
    assert all(request.answered.wait(3) and request.disconnected for request in server.requests)
    assert left == set()


def test_it_hangs_up_on_the_model_of_an_agent_that_is_a_tool(server):
    gate = Gate()
    server.script("m", [call("inner", {"request": "2+3?"}), hang("Par", gate)])
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

        async def wait() -> None:
            """Wait."""
            started.set()
            try:
                await asyncio.Event().wait()
            finally:
                ended.append("wait")

        server.script("m", [call("wait", {})])
        return await cancelled(server, users.agent("a", tools=[wait]), draft(), started.wait)

    _, left = run(scene(), loop="one")
    assert (ended, left) == (["wait"], set())


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
