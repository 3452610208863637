"""Cancelling: AgentScope answers a cancelled reply with words of its own, which must never become an answer."""

from __future__ import annotations

import asyncio

import pytest
from agentscope.agent import Agent
from agentscope.middleware import MiddlewareBase
from agentscope.tool import FunctionTool, Toolkit
from massgen_hub.contract import Setup
from massgen_hub.errors import TurnError
from massgen_hub.testing import Gate, RecordingHost, call, draft, hang, run, say, vote
from massgen_hub_agentscope import ADAPTER


@pytest.fixture
def agent(server):
    from agentscope_users import chat

    return lambda **more: Agent("a", "S", chat(server.model("m")), **more)


async def _reached(gate):
    while not gate.reached.is_set():
        await asyncio.sleep(0)


async def _cancelled(target, turn, reached, host=None):
    async with ADAPTER.open(ADAPTER.options(permissions="allow"), Setup(agent="ada", seed=1, target=target)) as taking:
        task = asyncio.create_task(taking(turn, host or RecordingHost()))
        await reached
        task.cancel()
        await asyncio.wait([task], timeout=5)
        return task


@pytest.mark.parametrize("turn", [draft(), vote()], ids=["draft", "vote"])
def test_a_cancelled_turn_is_cancelled_and_hangs_up(server, agent, turn):
    gate = Gate()
    server.script("m", [hang("Par", gate)])
    task = run(_cancelled(agent(), turn, _reached(gate)), loop="one")
    assert task.cancelled()
    assert server.requests[0].answered.wait(3)
    assert server.requests[0].disconnected


def test_a_deadline_gives_a_timeout_and_no_answer(server, agent):
    async def late():
        async with ADAPTER.open(ADAPTER.options(), Setup(agent="ada", seed=1, target=agent())) as taking:
            async with asyncio.timeout(0.2):
                return await taking(draft(), RecordingHost())

    server.script("m", [hang("Par")])
    with pytest.raises(TimeoutError):
        run(late(), loop="one")


def test_nothing_of_a_cancelled_turn_is_left(server, agent):
    async def scene():
        before = asyncio.all_tasks()
        await _cancelled(agent(), draft(), _reached(gate))
        await asyncio.sleep(0)
        return asyncio.all_tasks() - before

    gate = Gate()
    server.script("m", [hang("Par", gate)])
    assert run(scene(), loop="one") == set()


def test_a_tool_that_waits_is_cancelled_with_the_turn(server, agent):
    ended = []

    async def scene():
        started = asyncio.Event()

        async def wait() -> str:
            """Wait."""
            started.set()
            try:
                await asyncio.Event().wait()
            finally:
                ended.append(True)

        waiting = agent(toolkit=Toolkit([FunctionTool(wait)]))
        return await _cancelled(waiting, draft(), started.wait())

    server.script("m", [call("wait", {})])
    assert run(scene(), loop="one").cancelled()
    assert (ended, len(server.requests)) == ([True], 1)


@pytest.mark.parametrize("then", [say("An answer all the same."), hang("Par")], ids=["answers", "hangs"])
def test_a_middleware_that_hides_the_cancellation_makes_no_answer_of_it(server, agent, then):
    class Hides(MiddlewareBase):
        async def on_reasoning(self, agent, input_kwargs, next_handler):
            try:
                async for event in next_handler(**input_kwargs):
                    yield event
            except BaseException:
                pass

    gate = Gate()
    server.script("m", [hang("Par", gate), then])
    assert run(_cancelled(agent(middlewares=[Hides()]), draft(), _reached(gate)), loop="one").cancelled()


def test_a_tool_that_cancels_itself_fails_the_turn(server, agent):
    async def give_up() -> str:
        """Give up."""
        raise asyncio.CancelledError

    async def scene():
        target = agent(toolkit=Toolkit([FunctionTool(give_up)]))
        setup = Setup(agent="ada", seed=1, target=target)
        async with ADAPTER.open(ADAPTER.options(permissions="allow"), setup) as taking:
            return await taking(draft(), RecordingHost())

    server.script("m", [call("give_up", {}), say("An answer all the same.")])
    with pytest.raises(TurnError, match="cancelled from inside"):
        run(scene(), loop="one")
