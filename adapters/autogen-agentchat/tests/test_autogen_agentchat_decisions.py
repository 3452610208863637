"""Decisions, and what they are made with."""

from __future__ import annotations

import json

import autogen_agentchat_users as users
import pytest
from autogen_agentchat.agents import AssistantAgent, CodeExecutorAgent
from autogen_agentchat.tools import AgentTool
from massgen_hub.testing import RecordingHost, call, calls, decide, fail, in_turn, say, says, vote
from massgen_hub.testing.desk import add

BALLOT = {"reason": "It is the capital.", "ranking": ["A", "B"]}


def with_tools(model, *tools, **more):
    return AssistantAgent("able", users.client(model), tools=list(tools), **more)


def test_a_vote_ends_the_turn_and_nothing_is_executed(server, take):
    server.script("m", [calls(("add", {"x": 1, "y": 2}), ("vote", BALLOT), text="I know.")])
    host = RecordingHost()
    reply = take(vote(), host=host, target=lambda model: with_tools(model, add))
    assert (reply.text, reply.data) == ("I know.", BALLOT)
    assert host.activities == []


def test_a_model_may_use_its_tools_before_it_must_decide(server, take):
    looks = call("add", {"x": 1, "y": 2})
    server.script("m", [looks, looks, call("vote", BALLOT)])
    assert take(vote(), target=lambda model: with_tools(model, add)).data == BALLOT
    assert [request.offered for request in server.requests] == [["vote", "add"], ["vote", "add"], ["vote"]]
    assert {request.body["tool_choice"] for request in server.requests} == {"required"}


def test_a_tool_of_the_same_name_is_hidden(server, take):
    def answer(question: str) -> str:
        """Answer a question."""
        return question

    server.script("m", [call("answer", {"answer": "Paris."})])
    assert take(decide(), target=lambda model: with_tools(model, answer)).data == {"answer": "Paris."}
    assert sorted(server.requests[0].offered) == ["answer", "vote"]


def test_nobody_is_handed_off_to_in_a_vote(server, take):
    server.script("m", [call("vote", BALLOT)])
    take(vote(), target=lambda model: with_tools(model, handoffs=["other"]))
    assert server.requests[0].offered == ["vote"]


@pytest.mark.parametrize("status", [400, 404, 422])
def test_a_server_that_refuses_tools_is_asked_for_text(server, take, status):
    server.script("m", lambda body: fail(status) if body.get("tools") else say(json.dumps(BALLOT)))
    reply = take(vote())
    assert json.loads(reply.text) == BALLOT
    assert [bool(request.body.get("tools")) for request in server.requests] == [True, False]


def test_a_model_that_knows_no_tools_is_asked_for_text(server, take):
    info = {**users.INFO, "function_calling": False}
    server.script("m", [say(json.dumps(BALLOT))])
    model = server.model("m")
    client = users.OpenAIChatCompletionClient(model="m", base_url=model.base_url, api_key="k", model_info=info)
    assert json.loads(take(vote(), target=AssistantAgent("old", client)).text) == BALLOT
    assert server.requests[0].offered == []


def test_a_refusal_after_an_answer_is_a_failure(server, take):
    server.script("m", in_turn(call("add", {"x": 1, "y": 2}), then=lambda _body: fail(400)))
    with pytest.raises(Exception, match="the script says 400"):
        take(vote(), target=lambda model: with_tools(model, add))
    assert len(server.requests) == 2


def test_an_agent_of_another_class_votes_with_its_model_and_its_system_message(server, take):
    server.script("m", [call("vote", BALLOT)])
    coder = lambda model: CodeExecutorAgent(  # noqa: E731
        "coder", None, model_client=users.client(model), system_message="You code.", approval_func=print
    )
    assert take(vote(), target=users.society).data is None
    assert take(vote(), target=coder).data == BALLOT
    assert server.asked("m")[0].body["messages"][0] == {"role": "system", "content": "You code."}


def test_a_person_votes_in_words(server, take):
    host = RecordingHost(["A is best."])
    assert take(vote(), host=host, target=users.person).text == "A is best."
    assert host.questions[0].text == vote().prompt
    assert server.requests == []


def test_a_ballot_in_text_is_streamed(server, take):
    server.script("m", says(json.dumps(BALLOT)))
    host = RecordingHost()
    server.script("m", lambda body: fail(400) if body.get("tools") else say("A is best."))
    assert take(vote(), host=host).text == "A is best."
    assert host.text == "A is best."


def test_an_agent_that_is_a_tool_of_the_voter_is_not_asked_to_decide(server, take):
    def answer(text: str) -> str:
        """Answer."""
        return text

    def make(model):
        inner = AssistantAgent("inner", users.client(model, "inner"), tools=[answer], description="It helps.")
        return AssistantAgent("outer", users.client(model, "outer"), tools=[AgentTool(inner)])

    server.script("outer", [call("inner", {"task": "Where?"}), call("vote", BALLOT)])
    server.script("inner", [call("answer", {"text": "Here."})])
    assert take(decide(), target=make).data == BALLOT
    (inner,) = server.asked("inner")
    assert (inner.offered, inner.body["tool_choice"]) == (["answer"], "auto")
