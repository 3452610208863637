"""Turns that ask for a decision."""

from __future__ import annotations

import openai_agents_users as users
import pytest
from agents import Agent
from massgen_hub.contract import Reply, Setup
from massgen_hub.errors import TurnError
from massgen_hub.testing import RecordingHost, call, calls, decide, draft, fail, run, say, vote
from massgen_hub_openai_agents import ADAPTER

BALLOT = {"reason": "It is the capital.", "ranking": ["A", "B"]}
ADD = {"x": 2, "y": 3}


def offered(server, number=0):
    return [tool["function"]["name"] for tool in server.requests[number].body.get("tools", ())]


def test_a_vote_must_be_cast_with_the_tool(server, take):
    server.script("m", [call("vote", BALLOT)])
    take(vote())
    body = server.requests[0].body
    assert (offered(server), body["tool_choice"]) == (["vote"], "required")
    assert body["tools"][0]["function"]["parameters"] == vote().schema


def test_a_vote_is_one_call_of_the_model_and_no_activity(server, take):
    server.script("m", [call("vote", BALLOT)])
    host = RecordingHost()
    assert take(vote(), host=host) == Reply(data=BALLOT)
    assert (host.said, host.activities) == ([], [])


def test_a_decision_offers_a_better_answer_too(server, take):
    server.script("m", [call("answer", {"answer": "Paris"})])
    assert take(decide()).data == {"answer": "Paris"}
    assert offered(server) == ["vote", "answer"]


def test_several_decisions_come_in_the_order_of_the_reply(server, take):
    server.script("m", [calls(("answer", {"answer": "Paris"}), ("vote", BALLOT))])
    assert take(decide()).data == [{"answer": "Paris"}, BALLOT]


def test_what_is_said_beside_a_ballot_is_the_text(server, take):
    server.script("m", [calls(("vote", BALLOT), text="A it is.")])
    host = RecordingHost()
    assert take(vote(), host=host) == Reply(text="A it is.", data=BALLOT)
    assert host.text == "A it is."


@pytest.mark.parametrize(
    "arguments", ["{ranking: [A]}", '["A"]', '{"ranking": ["Z"]}', '{"ranking": "A"', "A"], ids=lambda text: text
)
def test_arguments_come_through_untouched_be_they_right_or_not(server, take, arguments):
    server.script("m", [call("vote", arguments)])
    reply = take(vote())
    assert reply in (Reply(text=arguments), Reply(data={"ranking": ["Z"]}))
    assert len(server.requests) == 1


def test_prose_comes_through_after_one_call(server, take):
    server.script("m", [say("I like the first.")])
    host = RecordingHost()
    assert take(vote(), host=host) == Reply(text="I like the first.")
    assert host.text == "I like the first."
    assert len(server.requests) == 1


def test_a_draft_offers_no_decision(server, take):
    take(draft())
    assert "tools" not in server.requests[0].body


def test_an_agent_may_use_its_tools_before_it_votes(server, take):
    server.script("m", [call("add", ADD), call("vote", BALLOT)])
    host = RecordingHost()
    assert take(vote(), host=host, tools=["openai_agents_users:add"]).data == BALLOT
    assert [activity.name for activity in host.activities] == ["add", "add"]
    assert server.requests[1].body["tool_choice"] == "required"
    assert [request.invalid for request in server.requests] == [[], []]


def test_a_vote_beside_a_call_of_a_tool_is_the_decision(server, take):
    server.script("m", [calls(("add", ADD), ("vote", BALLOT))])
    assert take(vote(), tools=["openai_agents_users:add"]).data == BALLOT
    assert len(server.requests) == 1


def test_an_agent_that_never_decides_ends_after_max_turns(server, take):
    server.script("m", lambda _body: call("add", ADD))
    with pytest.raises(TurnError, match="raise `max_turns`"):
        take(vote(), tools=["openai_agents_users:add"], max_turns=2)
    assert len(server.requests) == 2


def test_a_tool_called_vote_makes_room_for_the_ballot(server, take):
    server.script("m", [call("vote", BALLOT)])
    assert take(vote(), tools=["openai_agents_users:own_vote"]).data == BALLOT
    assert offered(server) == ["vote"]


def test_a_server_that_refuses_tools_is_asked_for_text_once_and_for_all(server):
    server.script("m", lambda body: fail(400) if "tools" in body else say('{"ranking": ["A"]}'))

    async def two():
        async with ADAPTER.open(ADAPTER.options(), Setup(agent="ada", seed=1, model=server.model("m"))) as agent:
            return [await agent(vote(), RecordingHost()) for _ in range(2)]

    assert run(two(), loop="one") == [Reply(text='{"ranking": ["A"]}')] * 2
    assert len(server.requests) == 3


def test_a_server_that_refuses_in_the_middle_of_a_run_is_not_asked_again(server, take):
    server.script("m", [call("add", ADD), fail(400)])
    with pytest.raises(Exception, match="the script says 400"):
        take(vote(), tools=["openai_agents_users:add"])
    assert len(server.requests) == 2


def test_turns_of_one_agent_may_differ_in_what_they_ask(server):
    server.script("m", [say("Paris"), call("vote", BALLOT), say("Lyon")])

    async def three():
        async with ADAPTER.open(ADAPTER.options(), Setup(agent="ada", seed=1, model=server.model("m"))) as agent:
            return [await agent(turn, RecordingHost()) for turn in (draft(), vote(), draft())]

    assert run(three(), loop="one") == [Reply(text="Paris"), Reply(data=BALLOT), Reply(text="Lyon")]


def test_an_agent_that_ends_with_its_tools_goes_on_to_its_text(server, take):
    agent = Agent(name="a", tools=[users.oracle], tool_use_behavior="stop_on_first_tool")
    refused = lambda body: body.get("tool_choice") == "required"  # noqa: E731
    replies = iter([call("consult", {}), say('{"ranking": ["A"]}')])
    server.script("m", lambda body: fail(400) if refused(body) else next(replies))
    assert take(vote(), target=agent) == Reply(text='{"ranking": ["A"]}')
