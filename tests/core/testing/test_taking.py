"""Turns in an adapter's own tests: opened, taken and cancelled on a scripted server."""

import asyncio

import pytest
from massgen_hub.testing import Endless, Gate, ModelReply, RecordingHost, SilentHost, draft, fixtures, hang, say
from plain import PlainAgent, adapter

server, take = fixtures(adapter())


def test_one_agent_takes_all_turns_and_gives_the_reply_to_the_last(server, take):
    server.script("m", [say("Paris"), say("Lyon")])
    host = RecordingHost()
    assert take(draft(), draft(), host=host, system_message="Be brief.").text == "Lyon"
    assert host.said[0] == (0, "Paris")
    assert {request.body["messages"][0]["content"] for request in server.requests} == {"Be brief."}


def test_a_cancelled_turn_hangs_up_and_leaves_nothing(server, take):
    gate = Gate()
    server.script("m", [hang("Par", gate)])
    host, left = take.cancelled(draft(), gate.until_reached)
    assert (host.text, left) == ("Par", set())
    assert server.requests[0].disconnected


class LeavesATask(PlainAgent):
    async def __call__(self, turn, host):
        self.left = asyncio.create_task(asyncio.Event().wait())
        return await super().__call__(turn, host)


class Waits(PlainAgent):
    async def __call__(self, turn, host):
        return await self.target(host)


class AnswersAllTheSame(PlainAgent):
    async def __call__(self, turn, host):
        try:
            return await super().__call__(turn, host)
        except asyncio.CancelledError:
            return "Paris"


def test_a_task_that_is_left_is_told(server, taking):
    gate = Gate()
    server.script("m", [hang("Par", gate)])
    _, left = taking(LeavesATask).cancelled(draft(), gate.until_reached)
    assert len(left) == 1


@pytest.mark.parametrize(
    ("agent", "reply", "said"),
    [(AnswersAllTheSame, ModelReply(gate=Gate()), "did not end so"), (PlainAgent, say("Paris"), "ended before")],
)
def test_a_turn_that_is_not_cancelled_fails_the_test(server, taking, agent, reply, said):
    server.script("m", [reply])
    reached = reply.gate.until_reached if reply.gate else asyncio.Event().wait
    with pytest.raises(AssertionError, match=said):
        taking(agent).cancelled(draft(), reached)


def test_a_tool_without_an_end_knows_that_it_was_cancelled(taking):
    tool = Endless()
    own = type("Bot", (), {"__module__": "plain_users", "__call__": lambda _self, _host: tool.wait()})()
    taking(Waits).cancelled(draft(), tool.started.wait, target=own)
    assert tool.cancelled


def test_a_person_who_says_nothing_is_waited_for(taking):
    host = SilentHost()
    own = type("Bot", (), {"__module__": "plain_users", "__call__": lambda _self, heard: heard.ask("Which?")})()
    heard, left = taking(Waits).cancelled(draft(), host.asked.wait, host=host, target=own)
    assert (heard.questions, left) == (["Which?"], set())


@pytest.fixture
def taking(server):
    """`taking(agent)`: takes turns with agents of that class."""
    from massgen_hub.testing import Take

    return lambda agent: Take(adapter(agent), server)
