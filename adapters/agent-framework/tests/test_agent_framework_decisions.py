"""Turns that ask for a decision."""

from __future__ import annotations

import agent_framework_users as users
import pytest
from massgen_hub.contract import Reply
from massgen_hub.testing import ADD, RecordingHost, call, calls, decide, draft, fail, say, vote
from openai import BadRequestError

BALLOT = {"reason": "It is the capital.", "ranking": ["A", "B"]}
SUM = {"x": 2, "y": 3}


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


@pytest.mark.parametrize("arguments", ["{ranking: [A]}", '["A"]', '{"ranking": ["Z"]}', '{"ranking": "A"', "A"])
def test_arguments_come_through_untouched_be_they_right_or_not(server, take, arguments):
    server.script("m", [call("vote", arguments)])
    assert take(vote()) in (Reply(text=arguments), Reply(data={"ranking": ["Z"]}))
    assert len(server.requests) == 1


def test_prose_comes_through_after_one_call(server, take):
    server.script("m", [say("I like the first.")])
    host = RecordingHost()
    assert take(vote(), host=host) == Reply(text="I like the first.")
    assert host.text == "I like the first."


def test_a_draft_offers_no_decision(server, take):
    take(draft())
    assert "tools" not in server.requests[0].body


def test_an_agent_may_use_its_tools_before_it_votes(server, take):
    server.script("m", [call("add", SUM), call("vote", BALLOT)])
    host = RecordingHost()
    assert take(vote(), host=host, tools=[ADD]).data == BALLOT
    assert [activity.text for activity in host.activities] == ['{"x": 2, "y": 3}', "5"]


def test_a_tool_of_its_own_of_the_same_name_gives_way(server, take):
    server.script("m", [call("vote", BALLOT)])
    assert take(vote(), tools=["agent_framework_users:own_vote", ADD]).data == BALLOT
    assert offered(server) == ["vote", "add"]


def test_a_structured_agent_votes_in_the_form_of_the_hub(server, take):
    server.script("m", [call("vote", BALLOT)])
    agent = users.an_agent(server, default_options={"response_format": {"type": "json_object"}})
    assert take(vote(), target=agent).data == BALLOT
    assert "response_format" not in server.requests[0].body


def test_a_server_that_refuses_tools_is_asked_for_text_from_then_on(server, take):
    server.script("m", lambda body: fail(400) if body.get("tools") else say("A."))
    assert take(vote(), vote(round=2)) == Reply(text="A.")
    assert [bool(offered(server, number)) for number in range(3)] == [True, False, False]


def test_a_refusal_after_a_tool_was_called_fails_the_turn(server, take):
    server.script("m", [call("add", SUM), fail(400)])
    with pytest.raises(BadRequestError, match="the script says 400"):
        take(vote(), tools=[ADD])
    assert len(server.requests) == 2
