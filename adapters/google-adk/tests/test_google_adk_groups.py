"""Agents that work together: one answer, one ballot, and what all of it cost."""

from __future__ import annotations

import google_adk_users as users
import pytest
from massgen_hub.contract import Reply
from massgen_hub.errors import ConfigError
from massgen_hub.testing import RecordingHost, call, calls, draft, say, vote
from massgen_hub.testing.server import heard

BALLOT = {"reason": "It is the capital.", "ranking": ["A", "B"]}


def asked(server):
    """The names of the agents that were asked."""
    said = (request.body["messages"][0]["content"] for request in server.requests)
    return [system.split('"')[1] for system in said]


def spent(host):
    return sum(usage.input for usage in host.spent), sum(usage.output for usage in host.spent)


def truly(server):
    return tuple(map(sum, zip(*server.tokens, strict=True)))


def test_the_last_of_a_sequence_has_the_last_word(server, take):
    server.script("m", [say("Draft."), say("Final.")])
    host = RecordingHost()
    assert take(draft(), host=host, target=users.line).text == "Final."
    assert host.said == [(0, "Draft."), (1, "Final.")]
    assert spent(host) == truly(server)


def test_the_last_of_a_sequence_votes_for_it_alone(server, take):
    server.script("m", [call("vote", BALLOT)])
    assert take(vote(), target=users.line) == Reply(data=BALLOT)
    assert asked(server) == ["editor"]


def test_what_others_would_have_left_for_the_voter_s_instruction_is_left_out(server, take):
    server.script("m", [call("vote", BALLOT)])
    assert take(vote(), target=users.pipeline) == Reply(data=BALLOT)
    assert heard(server.requests[0]).startswith('Edit  of  for  as {"a": 1}.')


def test_what_is_in_the_state_stands_in_the_voter_s_instruction(server, take):
    server.script("m", [call("vote", BALLOT)])
    take(vote(), target=users.pipeline, state={"draft": "a draft", "user:name": "Ada"})
    assert heard(server.requests[0]).startswith("Edit a draft of  for Ada as")


def test_another_may_be_named_the_voter(server, take):
    server.script("m", [call("vote", BALLOT)])
    assert take(vote(), target=users.line, voter="writer") == Reply(data=BALLOT)
    assert asked(server) == ["writer"]


def test_the_answer_is_the_last_word_of_a_named_voter(server, take):
    server.script("m", [say("Draft."), say("Final.")])
    host = RecordingHost()
    assert take(draft(), host=host, target=users.line, voter="writer").text == "Draft."
    assert host.text == "Draft."


def test_a_voter_that_is_nobody_is_refused_with_the_names(take):
    with pytest.raises(ConfigError, match="there is no `boss` that could vote") as failure:
        take(draft(), target=users.line, voter="boss")
    assert failure.value.hint == "there are `writer`, `editor`"


def test_agents_at_once_speak_in_parts_of_their_own(server, take):
    server.script("m", lambda _body: say("One two three."))
    host = RecordingHost()
    assert take(draft(), host=host, target=users.twins).text == "One two three."
    assert ["".join(text for part, text in host.said if part == number) for number in (0, 1)] == ["One two three."] * 2
    assert spent(host) == truly(server)


def test_a_loop_ends_when_a_member_ends_it_and_the_last_word_counts(server, take):
    server.script("m", [say("First."), say("Again!"), say("Second."), call("exit_loop", {})])
    assert take(draft(), target=users.rounds).text == "Second."
    assert len(server.requests) == 4


def test_what_the_last_node_of_a_workflow_gives_is_the_answer(server, take):
    server.script("m", [say("Paris.")])
    host = RecordingHost()
    assert take(draft(), host=host, target=users.loud).text == "PARIS."
    assert host.said == [(0, "Paris."), (1, "PARIS.")]


def test_the_last_agent_of_a_workflow_votes_for_it(server, take):
    server.script("m", [call("vote", BALLOT)])
    assert take(vote(), target=users.loud) == Reply(data=BALLOT)


def test_an_agent_that_is_handed_the_turn_answers_it(server, take):
    server.script("m", [calls(("transfer_to_agent", {"agent_name": "colleague"}), text="Wait."), say("Paris.")])
    host = RecordingHost()
    assert take(draft(), host=host, target=users.front).text == "Paris."
    assert [(activity.kind, activity.name) for activity in host.activities] == [
        ("call", "transfer_to_agent"),
        ("result", "transfer_to_agent"),
    ]
    assert asked(server) == ["front", "colleague"]


def test_an_agent_that_may_hand_over_votes_itself(server, take):
    server.script("m", [call("vote", BALLOT)])
    assert take(vote(), target=users.front) == Reply(data=BALLOT)
    assert [tool["function"]["name"] for tool in server.requests[0].body["tools"]] == ["vote"]


@pytest.mark.parametrize("mode", ["single_turn", "task"])
def test_an_agent_may_call_one_below_it_before_it_votes(server, take, mode):
    ends = say("Paris.") if mode == "single_turn" else call("finish_task", {"result": "Paris."})
    server.script("m", [call("helper", {"request": "Capital?"}), ends, call("vote", BALLOT)])
    target = users.agent("boss", sub_agents=[users.agent("helper", mode=mode)])
    assert take(vote(), target=target).data == BALLOT


def test_the_calls_of_an_agent_that_is_a_tool_are_counted_and_noted(server, take):
    replies = [call("inner", {"request": "2+3?"}), call("add", {"x": 2, "y": 3}), say("Five."), say("It is 5.")]
    server.script("m", replies)
    host = RecordingHost()
    assert take(draft(), host=host, target=users.manager).text == "It is 5."
    assert [(activity.kind, activity.name) for activity in host.activities] == [
        ("call", "inner"),
        ("call", "add"),
        ("result", "add"),
        ("result", "inner"),
    ]
    assert (host.text, spent(host)) == ("It is 5.", truly(server))


def test_a_group_without_any_model_is_asked_as_it_is(take):
    assert take(vote(), target=users.clerk) == Reply(text="Stamped.")
