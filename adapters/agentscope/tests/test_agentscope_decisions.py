"""Decisions: the tools of one turn, through the agent's own loop."""

from __future__ import annotations

import pytest
from massgen_hub.testing import ModelReply, RecordingHost, call, calls, decide, draft, fail, say, vote

BALLOT = {"reason": "It is the capital.", "ranking": ["A", "B"]}
BETTER = {"answer": "Paris, on the Seine."}
ADD = "agentscope_users:add"


def test_a_decision_is_demanded_and_takes_one_call(take, server, offered):
    reply = take(decide(), [call("vote", BALLOT)])
    assert (reply.data, reply.text) == (BALLOT, "")
    assert (server.requests[0].body["tool_choice"], offered()) == ("required", ["vote", "answer"])


def test_both_decisions_of_one_reply_arrive_in_its_order(take, server):
    reply = take(decide(), [calls(("answer", BETTER), ("vote", BALLOT))])
    assert (reply.data, len(server.requests)) == ([BETTER, BALLOT], 1)


def test_a_label_that_nobody_showed_comes_through_untouched(take):
    assert take(vote(), [call("vote", {"reason": "?", "ranking": ["Z"]})]).data == {"reason": "?", "ranking": ["Z"]}


def test_arguments_that_are_no_json_come_through_as_text(take):
    reply = take(vote(), [call("vote", '{"ranking": ["A", ')])
    assert (reply.data, reply.text) == (None, '{"ranking": ["A", ')


def test_what_was_said_beside_a_decision_is_the_text_of_the_reply(take):
    host = RecordingHost()
    reply = take(vote(), [calls(("vote", BALLOT), text="A is right.\n")], host)
    assert (reply.text, reply.data, host.text) == ("A is right.\n", BALLOT, "A is right.\n")


def test_a_decision_is_no_activity(take):
    host = RecordingHost()
    take(vote(), [call("vote", BALLOT)], host)
    assert host.activities == []


def test_prose_ends_the_turn_after_one_call(take, server):
    reply = take(vote(), lambda _body: say("I like both."))
    assert (reply.text, reply.data, len(server.requests)) == ("I like both.", None, 1)


def test_an_agent_may_look_something_up_before_it_decides(take, server, offered):
    reply = take(vote(), [call("add", {"x": 1, "y": 1}), call("vote", BALLOT)], tools=[ADD])
    assert (reply.data, offered(0), offered(1)) == (BALLOT, ["vote", "add"], ["vote", "add"])


def test_the_third_reply_can_only_decide(take, server, offered):
    lookups = [call("add", {"x": 1, "y": 1})] * 2
    assert take(vote(), [*lookups, call("vote", BALLOT)], tools=[ADD]).data == BALLOT
    assert offered(2) == ["vote"]


def test_with_one_reply_it_can_only_decide(take, offered):
    assert take(vote(), [call("vote", BALLOT)], tools=[ADD], max_iters=1).data == BALLOT
    assert offered() == ["vote"]


def test_a_tool_that_is_called_beside_a_decision_is_not_run(take, server):
    host = RecordingHost()
    both = calls(("add", {"x": 1, "y": 1}), ("vote", BALLOT))
    assert take(vote(), [both], host, tools=[ADD]).data == BALLOT
    assert (host.activities, len(server.requests)) == ([], 1)


def test_a_tool_of_the_users_with_the_name_of_a_decision_gives_way_to_it(take, server):
    reply = take(vote(), [call("vote", BALLOT)], tools=["agentscope_users:vote"])
    (tool,) = server.requests[0].body["tools"]
    assert (reply.data, "ranking" in tool["function"]["parameters"]["properties"]) == (BALLOT, True)


def test_such_a_tool_is_there_again_in_a_draft(take, server):
    turns, replies = [vote(), draft()], [call("vote", BALLOT), call("vote", {"colour": "red"}), say("Red.")]
    assert take(turns, replies, tools=["agentscope_users:vote"]).text == "Red."


def test_a_draft_offers_no_decision(take, server):
    take(draft(), [say("Paris.")])
    assert not {"tools", "tool_choice"} & set(server.requests[0].body)


def test_a_model_that_does_not_stream_decides_too(take):
    reply = take(decide(), [calls(("vote", BALLOT), text="A.")], target="test_agentscope_objects:unstreamed")
    assert (reply.data, reply.text) == (BALLOT, "A.")


@pytest.mark.parametrize("status", [400, 404, 422])
def test_a_server_that_refuses_tools_is_asked_for_text_then_and_ever_after(take, server, status):
    replies = [ModelReply(status=status, text="no tools here"), say("1"), say("2")]
    assert take([vote(), vote()], replies).text == "2"
    assert ["tools" in request.body for request in server.requests] == [True, False, False]


def test_a_busy_server_is_asked_once(take, server):
    with pytest.raises(Exception, match="the script says 429"):
        take(vote(), lambda _body: fail(429))
    assert len(server.requests) == 1
