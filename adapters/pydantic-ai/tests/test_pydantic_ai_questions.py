"""Calls that wait for a person."""

from __future__ import annotations

import pydantic_ai_users as users
import pytest
from massgen_hub.contract import Question
from massgen_hub.errors import NotAvailable
from massgen_hub.testing import RecordingHost, call, calls, draft, say, vote
from pydantic_ai import Agent, DeferredToolRequests, DeferredToolResults, ExternalToolset, ToolDefinition
from pydantic_ai.capabilities import HandleDeferredToolCalls

BALLOT = {"reason": "It is the capital.", "ranking": ["A", "B"]}
careful = Agent(tools=[users.careful])


def results(request):
    return [message["content"] for message in request.body["messages"] if message["role"] == "tool"]


def delete(path):
    return ("delete", {"path": path})


@pytest.mark.parametrize("agent", [careful, Agent(tools=[users.careful], output_type=[str, DeferredToolRequests])])
def test_an_approved_call_is_made(server, take, agent):
    server.script("m", [calls(delete("a"), text="May I?"), say("Done.")])
    host = RecordingHost(["approve"])
    assert take(draft(), host=host, target=agent).text == "Done."
    about = {"name": "delete", "args": {"path": "a"}}
    assert host.questions == [Question(text="May `delete` be called?", choices=("approve", "reject"), data=about)]
    assert results(server.requests[1]) == ["deleted a"]
    assert [(activity.kind, activity.text) for activity in host.activities][1:] == [("result", "deleted a")]


def test_any_other_answer_rejects_the_call_and_is_the_reason(server, take):
    server.script("m", [call(*delete("a")), say("Then not.")])
    host = RecordingHost(["It is needed."])
    assert take(draft(), host=host, target=careful).text == "Then not."
    assert "It is needed." in results(server.requests[1])[0]


def test_each_call_of_a_reply_is_asked_for(server, take):
    server.script("m", [calls(delete("a"), delete("b")), call(*delete("c")), say("Done.")])
    host = RecordingHost(["approve", "reject", "approve"])
    take(draft(), host=host, target=careful)
    assert [question.data["args"]["path"] for question in host.questions] == ["a", "b", "c"]
    first, second, third = results(server.requests[2])
    assert (first, third) == ("deleted a", "deleted c")
    assert "denied" in second


def test_a_call_before_a_vote_is_asked_for(server, take):
    server.script("m", [call(*delete("a")), call("vote", BALLOT)])
    host = RecordingHost(["approve"])
    assert take(vote(), host=host, target=careful).data == BALLOT
    assert len(host.questions) == 1


def test_a_tool_that_is_run_elsewhere_has_the_result_that_a_person_gives(server, take):
    lookup = ToolDefinition(name="lookup", parameters_json_schema={"type": "object", "properties": {}})
    server.script("m", [call("lookup", {}), say("Done.")])
    host = RecordingHost(["42"])
    take(draft(), host=host, target=Agent(toolsets=[ExternalToolset([lookup])]))
    assert host.questions == [Question(text="What is the result of `lookup`?", data={"name": "lookup", "args": {}})]
    assert results(server.requests[1]) == ["42"]


def test_an_agent_that_approves_by_itself_asks_nobody(server, take):
    def approves(_context, requests):
        return DeferredToolResults(approvals={call.tool_call_id: True for call in requests.approvals})

    server.script("m", [call(*delete("a")), say("Done.")])
    agent = Agent(tools=[users.careful], capabilities=[HandleDeferredToolCalls(approves)])
    host = RecordingHost()
    assert take(draft(), host=host, target=agent).text == "Done."
    assert host.questions == []


def test_where_nobody_answers_the_turn_fails_with_the_question(server, take):
    server.script("m", [call(*delete("a"))])
    with pytest.raises(NotAvailable, match="nobody answers: May `delete` be called?"):
        take(draft(), target=careful)
