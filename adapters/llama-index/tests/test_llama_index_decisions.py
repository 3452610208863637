"""Decisions: by tools, in text, and by whom."""

import json

import llama_index_users as users
import pytest
from llama_index.core.agent.workflow import FunctionAgent
from massgen_hub.contract import Reply
from massgen_hub.testing import RecordingHost, call, calls, decide, draft, fail, say, vote

BALLOT = {"reason": "It is the capital.", "ranking": ["A", "B"]}


def offered(request):
    return [tool["function"]["name"] for tool in request.body.get("tools") or ()]


def test_a_vote_is_cast_with_the_tool_that_is_demanded(server, take):
    server.script("m", [call("vote", BALLOT)])
    assert take(vote(), tools=["llama_index_users:add"]) == Reply(data=BALLOT)
    assert offered(server.requests[0]) == ["vote", "add"]
    assert server.requests[0].body["tool_choice"] == "required"
    tool = server.requests[0].body["tools"][0]["function"]
    assert tool["parameters"]["properties"]["ranking"]["items"]["enum"] == ["A", "B"]


def test_neither_the_call_nor_the_ballot_is_noted_or_said(server, take):
    server.script("m", [call("vote", BALLOT)])
    host = RecordingHost()
    take(vote(), host=host)
    assert (host.activities, host.said) == ([], [])


def test_a_tool_of_its_own_may_be_called_first(server, take):
    server.script("m", [call("add", {"x": 2, "y": 3}), call("vote", BALLOT)])
    host = RecordingHost()
    assert take(vote(), host=host, tools=["llama_index_users:add"]).data == BALLOT
    assert [activity.name for activity in host.activities] == ["add", "add"]


def test_text_beside_a_vote_is_kept(server, take):
    server.script("m", [calls(("vote", BALLOT), text="I have thought.")])
    assert take(vote()) == Reply(text="I have thought.", data=BALLOT)


def test_arguments_that_are_no_json_come_as_they_were_sent(server, take):
    server.script("m", [call("vote", '{"reason": "It is", "ranking": ["A"')])
    assert take(vote()) == Reply(text='{"reason": "It is", "ranking": ["A"')


def test_two_decisions_come_in_their_order(server, take):
    better = {"answer": "Paris."}
    server.script("m", [calls(("answer", better), ("vote", BALLOT))])
    assert take(decide()).data == [better, BALLOT]


def test_a_server_that_refuses_tools_is_asked_for_text(server, take):
    server.script("m", lambda body: fail(400) if body.get("tools") else say(json.dumps(BALLOT)))
    assert json.loads(take(vote()).text) == BALLOT
    assert len(server.requests) == 2


def test_a_decision_has_no_other_form(server, take):
    server.script("m", [call("vote", BALLOT)])
    assert take(vote(), target=lambda llm: FunctionAgent(llm=llm, output_cls=users.City)).data == BALLOT


@pytest.mark.parametrize("words", ["{}", "Thought: so.\nAnswer: {}", "Thought: so.\n{}", "Action: vote {}"])
def test_an_agent_that_speaks_react_votes_in_one_reply_whatever_its_words(server, take, words):
    server.script("m", [say(words.replace("{}", json.dumps(BALLOT)))])
    assert json.dumps(BALLOT) in take(vote(), target=users.reasoner).text


def test_the_root_of_a_team_votes_alone(server, take):
    server.script("m", [call("vote", BALLOT)])
    assert take(vote(), target=users.team).data == BALLOT
    assert server.requests[0].body["messages"][0]["content"] == "I am first."
    assert offered(server.requests[0]) == ["vote"]


def test_another_member_votes_where_it_is_the_voter(server, take):
    server.script("m", [call("vote", BALLOT)])
    assert take(vote(), target=users.team, voter="second").data == BALLOT
    assert server.requests[0].body["messages"][0]["content"] == "I am second."
    assert offered(server.requests[0]) == ["vote", "add"]


def test_a_workflow_without_a_voter_votes_as_it_answers(server, take):
    server.script("m", [say(json.dumps(BALLOT))])
    assert json.loads(take(vote(), target=lambda llm: users.Flow(llm)).text) == BALLOT
    assert offered(server.requests[0]) == []


@pytest.mark.parametrize("voter", ["agent", "llm"])
def test_an_agent_or_a_model_that_a_workflow_has_may_vote_for_it(server, take, voter):
    server.script("m", [call("vote", BALLOT)])
    assert take(vote(), target=lambda llm: users.Holding(FunctionAgent(llm=llm)), voter=voter).data == BALLOT
    server.script("m", [say("Paris.")])
    assert take(draft(), target=lambda llm: users.Holding(FunctionAgent(llm=llm)), voter=voter).text == "Paris."


def test_a_model_of_a_workflow_that_cannot_call_tools_votes_in_text(server, take):
    server.script("m", [say(json.dumps(BALLOT))])
    llm = users.chat(server.model("m"), is_function_calling_model=False)
    assert json.loads(take(vote(), target=users.Flow(llm), model=None, voter="llm").text) == BALLOT
