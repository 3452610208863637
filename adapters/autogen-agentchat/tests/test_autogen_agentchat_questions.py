"""What agents ask a person."""

from __future__ import annotations

import autogen_agentchat_users as users
import pytest
from autogen_agentchat.agents import UserProxyAgent
from autogen_agentchat.teams import RoundRobinGroupChat
from massgen_hub.errors import NotAvailable
from massgen_hub.testing import RecordingHost, call, calls, draft, in_turn, say, says


def test_a_person_in_a_team_is_asked_what_was_said_last(server, take):
    server.script("m", [say("Which country?"), say("Paris.")])
    host = RecordingHost(["France"])
    assert take(draft(), host=host, target=users.with_a_person).text == "Paris."
    assert [question.text for question in host.questions] == ["Which country?"]
    assert server.requests[1].body["messages"][-1]["content"] == "France"


def test_what_a_person_says_is_no_answer_and_not_streamed(server, take):
    server.script("m", [say("Which country?"), say("Paris.")])
    host = RecordingHost(["France"])
    take(draft(), host=host, target=users.with_a_person)
    assert [text for _, text in host.said] == ["Which country?", "Paris."]


def test_a_team_fails_with_the_question_that_nobody_answers(server, take):
    server.script("m", [say("Which country?")])
    with pytest.raises(NotAvailable, match="the agent asks, and nobody answers: Which country"):
        take(draft(), target=users.with_a_person)


@pytest.mark.parametrize("function", [None, input], ids=["the default", "input"])
def test_nobody_is_asked_at_the_keyboard(take, function):
    host = RecordingHost(["Paris."])
    assert take(draft(prompt="Where?"), host=host, target=UserProxyAgent("me", input_func=function)).text == "Paris."


def test_a_function_of_the_users_own_is_asked_instead(take):
    proxy = UserProxyAgent("me", input_func=lambda prompt: f"to {prompt.strip()}")
    host = RecordingHost()
    assert take(draft(), host=host, target=proxy).text == "to Enter your response:"
    assert host.questions == []


def test_a_handoff_out_of_the_team_is_a_question(server, take):
    server.script("m", [calls(("transfer_to_user", {}), text="Which country?"), say("Paris.")])
    host = RecordingHost(["France"])
    asks = lambda model: users.expert(model, handoffs=["user"])  # noqa: E731
    assert take(draft(), host=host, target=asks).text == "Paris."
    assert host.questions[0].text.startswith("Which country?\nTransferred to user")
    assert [one.text for one in host.activities if one.kind == "info"] == ["expert hands off to user"]
    assert server.requests[1].body["messages"][-1]["content"] == "France"


def test_a_handoff_to_a_member_is_none(server, take):
    def pair(model):
        members = [users.expert(model, handoffs=["other"]), UserProxyAgent("other")]
        return RoundRobinGroupChat(members, max_turns=1)

    server.script("m", in_turn(call("transfer_to_other", {}), then=says("Paris.")))
    host = RecordingHost()
    assert take(draft(), host=host, target=pair).text == ""
    assert host.questions == []
