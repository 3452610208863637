"""What an agent waits for is put to a person."""

from __future__ import annotations

import google_adk_users as users
import pytest
from fastapi.openapi.models import APIKey
from massgen_hub.contract import Question
from massgen_hub.errors import NotAvailable, TurnError
from massgen_hub.testing import RecordingHost, call, calls, draft, say, vote

BALLOT = {"reason": "It is the capital.", "ranking": ["A", "B"]}


def results(request):
    return [message["content"] for message in request.body["messages"] if message["role"] == "tool"]


def delete(path):
    return ("delete", {"path": path})


def test_a_confirmed_call_is_made(server, take):
    server.script("m", [calls(delete("a"), text="May I?"), say("Done.")])
    host = RecordingHost(["approve"])
    assert take(draft(), host=host, target=users.careful).text == "Done."
    about = {"name": "delete", "args": {"path": "a"}}
    assert host.questions == [Question(text="May `delete` be called?", choices=("approve", "reject"), data=about)]
    assert results(server.requests[1]) == ["deleted a"]
    assert [(activity.kind, activity.text) for activity in host.activities] == [
        ("call", '{"path": "a"}'),
        ("result", "deleted a"),
    ]


def test_any_other_answer_rejects_the_call_and_is_the_reason(server, take):
    server.script("m", [call(*delete("a")), say("Then not.")])
    host = RecordingHost(["it is needed"])
    assert take(draft(), host=host, target=users.careful).text == "Then not."
    assert "This tool call is rejected: it is needed" in results(server.requests[1])[0]


def test_every_call_of_a_reply_is_a_question_of_its_own(server, take):
    server.script("m", [calls(delete("a"), delete("b")), say("Half of it.")])
    host = RecordingHost(["approve", "reject"])
    take(draft(), host=host, target=users.careful)
    assert [question.data["args"]["path"] for question in host.questions] == ["a", "b"]
    assert [text[:11] for text in results(server.requests[1])] == ["deleted a", '{"error": "']


def test_a_tool_says_in_its_own_words_what_it_asks(server, take):
    def pay(tool_context: users.ToolContext) -> str:
        """Pay."""
        if tool_context.tool_confirmation is None:
            tool_context.request_confirmation(hint="Pay 5 euros?")
            return "asked"
        return "paid" if tool_context.tool_confirmation.confirmed else "kept"

    server.script("m", [call("pay", {}), say("Paid.")])
    host = RecordingHost(["approve"])
    take(draft(), host=host, target=users.agent("a", tools=[pay]))
    assert [question.text for question in host.questions] == ["Pay 5 euros?"]
    assert results(server.requests[-1]) == ["paid"]


def test_before_a_vote_it_may_ask_too(server, take):
    server.script("m", [call(*delete("a")), call("vote", BALLOT)])
    assert take(vote(), host=RecordingHost(["approve"]), target=users.careful).data == BALLOT


def test_a_sequence_goes_on_after_a_question(server, take):
    server.script("m", [call(*delete("a")), say("Deleted."), say("All is well.")])
    assert take(draft(), host=RecordingHost(["approve"]), target=users.careful_line).text == "All is well."


def test_an_agent_that_was_handed_the_turn_may_ask(server, take):
    target = users.agent("front", sub_agents=[users.careful.clone()])
    server.script("m", [call("transfer_to_agent", {"agent_name": "careful"}), call(*delete("a")), say("Done.")])
    assert take(draft(), host=RecordingHost(["approve"]), target=target).text == "Done."


def test_a_workflow_asks_what_it_needs_to_know(server, take):
    server.script("m", [say("Paris, then.")])
    host = RecordingHost(["Paris"])
    assert take(draft(), host=host, target=users.asking).text == "Paris, then."
    assert [question.text for question in host.questions] == ["Which city?"]
    assert server.requests[0].body["messages"][-1]["content"] == "Paris"


def test_the_result_of_a_tool_that_takes_long_is_asked_for(server, take):
    server.script("m", [call("measure", {"what": "the Seine"}), say("777 km.")])
    host = RecordingHost(["777"])
    assert take(draft(), host=host, target=users.patient).text == "777 km."
    assert host.questions[0].data == {"name": "measure", "args": {"what": "the Seine"}}
    assert results(server.requests[1]) == ["777"]
    assert [(activity.kind, activity.text) for activity in host.activities][1] == ("result", "777")


def test_access_is_granted_by_the_address_that_one_is_led_to(server, take):
    server.script("m", [call("read_mail", {}), say("No mail.")])
    host = RecordingHost(["https://example.org/back?code=1"])
    assert take(draft(), host=host, target=users.secretary).text == "No mail."
    assert "Open https://example.org/auth?" in host.questions[0].text
    assert results(server.requests[-1])[-1] == "read with https://example.org/back?code=1"


def test_where_nobody_answers_the_failure_holds_the_question(server, take):
    server.script("m", [call(*delete("a"))])
    host = RecordingHost()
    with pytest.raises(NotAvailable, match="May `delete` be called"):
        take(draft(), host=host, target=users.careful)
    assert [(activity.kind, activity.text[:12]) for activity in host.activities][1] == ("result", "NotAvailable")


def test_credentials_that_nobody_can_fetch_are_no_question(server, take):
    def read(tool_context: users.ToolContext) -> None:
        """Read."""
        key = users.AuthCredential(auth_type=users.AuthCredentialTypes.API_KEY, api_key="k")
        scheme = APIKey.model_validate({"in": "header", "name": "key"})
        tool_context.request_credential(users.AuthConfig(auth_scheme=scheme, raw_auth_credential=key))

    server.script("m", [call("read", {})])
    with pytest.raises(TurnError, match="a tool asks for credentials"):
        take(draft(), target=users.agent("a", tools=[read]))
