"""Decisions: by tools, in text, and by whom."""

import json

import llama_index_users as users
import pytest
from llama_index.core.agent.workflow import FunctionAgent
from massgen_hub.contract import Reply
from massgen_hub.testing import DECIDES, call, draft, say, vote

BALLOT = {"reason": "It is the capital.", "ranking": ["A", "B"]}


@pytest.mark.parametrize("decides", DECIDES, ids=lambda one: one.__name__)
def test_it_decides_with_tools(server, take, decides):
    decides(server, take)


def test_a_vote_is_cast_with_the_tool_that_is_demanded(server, take):
    server.script("m", [call("vote", BALLOT)])
    assert take(vote(), tools=["llama_index_users:add"]) == Reply(data=BALLOT)
    assert server.requests[0].offered == ["vote", "add"]
    assert server.requests[0].body["tool_choice"] == "required"
    tool = server.requests[0].body["tools"][0]["function"]
    assert tool["parameters"]["properties"]["ranking"]["items"]["enum"] == ["A", "B"]


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
    assert server.requests[0].offered == ["vote"]


def test_another_member_votes_where_it_is_the_voter(server, take):
    server.script("m", [call("vote", BALLOT)])
    assert take(vote(), target=users.team, voter="second").data == BALLOT
    assert server.requests[0].body["messages"][0]["content"] == "I am second."
    assert server.requests[0].offered == ["vote", "add"]


def test_a_workflow_without_a_voter_votes_as_it_answers(server, take):
    server.script("m", [say(json.dumps(BALLOT))])
    assert json.loads(take(vote(), target=lambda llm: users.Flow(llm)).text) == BALLOT
    assert server.requests[0].offered == []


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
