"""A cancelled turn ends at once, hangs up, and leaves nothing behind."""

import asyncio

import llama_index_users as users
import pytest
from llama_index.core.agent.workflow import FunctionAgent
from massgen_hub.contract import Setup
from massgen_hub.testing import Gate, RecordingHost, call, draft, hang, run, say, vote
from massgen_hub_llama_index import ADAPTER


async def cancelled(server, target, turn, reached):
    """The tasks that a turn leaves which is cancelled."""
    setup = Setup(agent="a", seed=1, model=server.model("m"), target=target)
    async with ADAPTER.open(ADAPTER.options(), setup) as agent:
        before = asyncio.all_tasks()
        taking = asyncio.create_task(agent(turn, RecordingHost()))
        await reached()
        taking.cancel()
        await asyncio.wait([taking], timeout=1)
        assert taking.cancelled()
        left = asyncio.all_tasks() - before
        await asyncio.to_thread(server.requests[-1].answered.wait, 3)
    return left


@pytest.mark.parametrize("turn", [draft(), vote()], ids=["draft", "vote"])
@pytest.mark.parametrize(
    "target",
    [users.assistant, users.team, users.Flow, lambda llm: users.Holding(FunctionAgent(llm=llm))],
    ids=["agent", "team", "workflow", "an agent in a workflow"],
)
def test_in_the_middle_of_a_reply_it_hangs_up_on_the_model(server, target, turn):
    gate = Gate()
    server.script("m", [hang("Par", gate)])
    left = run(cancelled(server, target, turn, lambda: asyncio.to_thread(gate.reached.wait)), loop="one")
    assert server.requests[0].disconnected
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
        return await cancelled(server, lambda llm: FunctionAgent(llm=llm, tools=[wait]), draft(), started.wait)

    assert run(scene(), loop="one") == set()
    assert ended == ["yes"]


def test_it_may_be_cancelled_while_a_person_is_asked(server):
    class Silent(RecordingHost):
        async def ask(self, question):
            asked.set()
            await asyncio.Event().wait()

    asked = asyncio.Event()

    async def scene():
        setup = Setup(agent="a", seed=1, model=None, target=users.Approved())
        async with ADAPTER.open(ADAPTER.options(), setup) as agent:
            before = asyncio.all_tasks()
            taking = asyncio.create_task(agent(draft(), Silent()))
            await asked.wait()
            taking.cancel()
            await asyncio.wait([taking], timeout=1)
            return taking.cancelled(), asyncio.all_tasks() - before

    assert run(scene(), loop="one") == (True, set())


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
