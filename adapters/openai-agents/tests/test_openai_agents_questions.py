"""Calls that wait for an approval."""

from __future__ import annotations

import openai_agents_users as users
import pytest
from agents import Agent
from massgen_hub.contract import Question
from massgen_hub.errors import NotAvailable
from massgen_hub.testing import RecordingHost, call, calls, draft, say, vote

BALLOT = {"reason": "It is the capital.", "ranking": ["A", "B"]}


def results(request):
    return [message["content"] for message in request.body["messages"] if message["role"] == "tool"]


def delete(path):
    return ("delete", {"path": path})


def test_an_approved_call_is_made(server, take):
    server.script("m", [calls(delete("a"), text="May I?"), say("Done.")])
    host = RecordingHost(["approve"])
    assert take(draft(), host=host, target=users.careful).text == "Done."
    about = {"name": "delete", "args": {"path": "a"}}
    assert host.questions == [Question(text="May `delete` be called?", choices=("approve", "reject"), data=about)]
    assert results(server.requests[1]) == ["deleted a"]
    assert [(activity.kind, activity.text) for activity in host.activities][1] == ("result", "deleted a")


def test_any_other_answer_rejects_the_call_and_is_the_reason(server, take):
    server.script("m", [call(*delete("a")), say("Then not.")])
    host = RecordingHost(["It is needed."])
    assert take(draft(), host=host, target=users.careful).text == "Then not."
    assert results(server.requests[1]) == ["It is needed."]
    assert host.activities == []


def test_each_call_of_a_reply_is_asked_for(server, take):
    server.script("m", [calls(delete("a"), delete("b")), call(*delete("c")), say("Done.")])
    host = RecordingHost(["approve", "reject", "approve"])
    take(draft(), host=host, target=users.careful)
    assert [question.data["args"]["path"] for question in host.questions] == ["a", "b", "c"]
    assert results(server.requests[2]) == ["deleted a", "Tool execution was not approved.", "deleted c"]


def test_usage_is_counted_once_over_all_pauses(server, take):
    server.script("m", [call(*delete("a")), call(*delete("b")), say("Done.")])
    host = RecordingHost(["approve", "approve"])
    take(draft(), host=host, target=users.careful)
    assert host.tokens == server.tokens


def test_an_agent_that_is_a_tool_asks_too(server, take):
    manager = Agent(name="manager", tools=[users.careful.as_tool("clean", "Clean up.")])
    server.script("m", [call("clean", {"input": "all"}), call(*delete("a")), say("Cleaned."), say("Done.")])
    host = RecordingHost(["approve"])
    assert take(draft(), host=host, target=manager).text == "Done."
    assert [question.data["name"] for question in host.questions] == ["delete"]
    assert [(activity.kind, activity.text) for activity in host.activities][1] == ("result", "Cleaned.")
    assert sorted(usage.input for usage in host.spent) == [101, 102, 103, 104]


def test_a_call_before_a_vote_is_asked_for(server, take):
    server.script("m", [calls(delete("a"), ("vote", BALLOT))])
    host = RecordingHost(["approve"])
    assert take(vote(), host=host, target=users.careful).data == BALLOT
    assert len(host.questions) == 1


def test_where_nobody_answers_the_turn_fails_with_the_question(server, take):
    server.script("m", [call(*delete("a"))])
    with pytest.raises(NotAvailable, match="nobody answers: May `delete` be called?"):
        take(draft(), target=users.careful)
