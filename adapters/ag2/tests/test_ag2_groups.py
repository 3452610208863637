"""A group of classic AG2 is one voter: it answers with its last word, and casts one ballot."""

from __future__ import annotations

import json
from typing import Any

import ag2_users
import pytest
from ag2_users import agent, config, manager, proxy
from autogen import Agent, register_function
from autogen.agentchat.group.patterns import (
    AutoPattern,
    DefaultPattern,
    ManualPattern,
    RandomPattern,
    RoundRobinPattern,
)
from massgen_hub.errors import ConfigError, NotAvailable, TurnError
from massgen_hub.testing import RecordingHost, call, calls, decide, draft, say, vote

BALLOT = {"reason": "It is the capital.", "ranking": ["A", "B"]}
PATTERNS = (AutoPattern, DefaultPattern, ManualPattern, RandomPattern, RoundRobinPattern)


def scripted(server: Any, **replies: Any) -> None:
    """Each model says its replies in order, or one reply for ever."""
    for model, said in replies.items():
        server.script(model, said if isinstance(said, list) else lambda _body, said=said: said)


@pytest.fixture
def two(server) -> list[Any]:
    scripted(server, one=say("I am one."), two=say("I am two."))
    return [agent(server, "one"), agent(server, "two")]


@pytest.fixture
def rules() -> list[Any]:
    """Two agents that need no model."""
    for one, says in ((ag2_users.planner, "Let us plan."), (ag2_users.writer, "It is written.")):
        one.register_reply(
            [Agent, None], lambda *_given, says=says, **_named: (True, says), remove_other_reply_funcs=True
        )
    return [ag2_users.planner, ag2_users.writer]


def heard(request: Any) -> str:
    return json.dumps(request.body["messages"])


def _look() -> str:
    return "nothing"


def parts(host: RecordingHost) -> list[str]:
    said: dict[int, str] = {}
    for part, text in host.said:
        said[part] = said.get(part, "") + text
    return [said[part] for part in sorted(said)]


# What it answers.


def test_the_answer_is_the_last_word_and_not_the_transcript(take, server, two) -> None:
    reply, _ = take(draft(), {}, target=manager(server, two))
    assert reply.text == "I am two."


def test_every_message_is_streamed_as_a_part_of_its_own(take, server, two) -> None:
    reply, host = take(draft(), {}, target=manager(server, two, max_round=4))
    assert parts(host) == ["I am one.", "I am two.", "I am one."]
    assert len(host.said) > 3
    assert host.text == reply.text


def test_who_speaks_is_told(take, server, two) -> None:
    _, host = take(draft(), {}, target=manager(server, two))
    assert [(note.kind, note.name) for note in host.activities] == [("info", "one"), ("info", "two")]


def test_the_word_that_ends_the_chat_is_no_answer(take, server, two) -> None:
    scripted(server, two=say("TERMINATE"))
    reply, host = take(draft(), {}, target=manager(server, two, max_round=9))
    assert reply.text == "I am one." == host.text
    assert len(server.requests) == 2


def test_a_question_that_quotes_the_ending_does_not_end_the_chat(take, server, two) -> None:
    reply, _ = take(draft("Why does A say TERMINATE?"), {}, target=manager(server, two))
    assert reply.text == "I am two."


def test_what_a_user_proxy_says_is_no_answer(take, server, two) -> None:
    group = manager(server, [*two, proxy(default_auto_reply="Go on.")], max_round=4)
    reply, _ = take(draft(), {}, target=group)
    assert reply.text == "I am two."
    assert "Go on." not in reply.text


def test_the_member_that_speaks_for_the_group_has_the_last_word(take, server, two) -> None:
    reply, host = take(draft(), {"voter": "one"}, target=manager(server, two))
    assert reply.text == "I am one." == host.text


def test_a_group_that_only_calls_tools_fails_after_its_rounds(take, server) -> None:
    one = agent(server, "one")
    register_function(_look, caller=one, executor=(runs := proxy("runs")), description="Look.")
    scripted(server, one=call("_look", {}))
    with pytest.raises(TurnError, match="after 2 replies") as unfinished:
        take(draft(), {}, target=manager(server, [one, runs], max_round=2))
    assert "max_round" in unfinished.value.hint


# How it votes.


def test_its_ballot_is_one_call_of_its_first_member_with_the_decisions_as_tools(take, server, two) -> None:
    scripted(server, one=call("vote", BALLOT))
    reply, host = take(vote(), {}, target=manager(server, [proxy(), *two]))
    assert reply.data == BALLOT
    assert [request.body["model"] for request in server.requests] == ["one"]
    assert [tool["function"]["name"] for tool in server.requests[0].body["tools"]] == ["vote"]
    assert "You are one." in heard(server.requests[0])
    assert not host.said


def test_the_voter_is_who_the_config_names(take, server, two) -> None:
    scripted(server, two=call("vote", BALLOT))
    reply, _ = take(vote(), {"voter": "two"}, target=manager(server, two))
    assert reply.data == BALLOT


def test_a_pattern_lets_its_initial_agent_vote(take, server, two) -> None:
    scripted(server, two=call("vote", BALLOT))
    pattern = RoundRobinPattern(initial_agent=two[1], agents=two)
    reply, _ = take(vote(), {}, target=pattern)
    assert reply.data == BALLOT


def test_two_calls_of_one_reply_keep_their_order(take, server, two) -> None:
    scripted(server, one=calls(("answer", {"answer": "Paris."}), ("vote", BALLOT)))
    reply, _ = take(decide(), {}, target=manager(server, two))
    assert reply.data == [{"answer": "Paris."}, BALLOT]


@pytest.mark.parametrize("voter", ["three", "user", "manager"])
def test_a_voter_that_is_no_member_with_a_model_is_refused(take, server, two, voter) -> None:
    with pytest.raises(ConfigError, match=f"there is no `{voter}` that could vote"):
        take(vote(), {"voter": voter}, target=manager(server, [proxy(), *two]))


def test_a_group_without_a_model_is_asked_as_a_whole(take, server, rules) -> None:
    group = manager(server, rules)
    for turn in (draft(), vote()):
        assert take(turn, {}, target=group)[0].text == "It is written."
    assert not server.requests


# Who speaks.


def test_the_model_that_picks_speakers_is_not_heard_and_its_usage_is_reported(take, server, two) -> None:
    scripted(server, manager=[say("two"), say("one")])
    reply, host = take(draft(), {}, target=manager(server, two, speaker_selection_method="auto"))
    assert parts(host) == ["I am two.", "I am one."]
    assert reply.text == "I am one."
    assert [used.model for used in host.spent] == ["manager", "two", "manager", "one"]
    assert host.tokens == server.tokens


def test_a_person_picks_the_speaker_by_name(take, server, two) -> None:
    group = manager(server, two, speaker_selection_method="manual")
    reply, host = take(draft(), {}, target=group, answers=("two", "one"))
    assert [(asked.text, asked.choices) for asked in host.questions] == [("Who speaks next?", ("one", "two"))] * 2
    assert parts(host) == ["I am two.", "I am one."]
    assert reply.text == "I am one."


def test_an_answer_that_is_no_name_leaves_the_choice_to_ag2(take, server, two) -> None:
    group = manager(server, two, speaker_selection_method="manual", max_round=2)
    reply, _ = take(draft(), {}, target=group, answers=("whoever",))
    assert reply.text == "I am one."


def test_where_nobody_can_pick_a_speaker_the_turn_fails_and_says_so(take, server, two) -> None:
    with pytest.raises(NotAvailable, match="nobody answers: Who speaks next?"):
        take(draft(), {}, target=manager(server, two, speaker_selection_method="manual"))


def test_a_function_that_picks_speakers_may_name_them(take, server, rules) -> None:
    group = manager(server, rules[::-1], speaker_selection_method=ag2_users.planner_first, max_round=9)
    reply, host = take(draft(), {}, target=group)
    assert [note.name for note in host.activities] == ["planner", "writer"]
    assert reply.text == "It is written."


@pytest.mark.parametrize("kind", PATTERNS)
def test_patterns_answer(take, server, two, kind) -> None:
    scripted(server, manager=[say("two"), say("one")])
    pattern = kind(initial_agent=two[0], agents=two, group_manager_args={"llm_config": config(server, "manager")})
    reply, host = take(draft(), {"max_rounds": 4}, target=pattern, answers=("two", "one"))
    expected = ["I am one."] if kind is DefaultPattern else ["I am one.", "I am two.", "I am one."]
    assert parts(host) == expected
    assert reply.text == "I am one."


def test_a_manual_pattern_offers_the_members_and_the_end(take, server, two) -> None:
    pattern = ManualPattern(initial_agent=two[0], agents=two)
    reply, host = take(draft(), {}, target=pattern, answers=("_User",))
    assert host.questions[0].choices == ("one", "two", "_User")
    assert reply.text == "I am one."


def test_a_pattern_that_hands_over_to_whoever_asked_is_done(take, server, two) -> None:
    scripted(server, manager=say("_User"))
    args = {"llm_config": config(server, "manager")}
    pattern = AutoPattern(initial_agent=two[0], agents=two, group_manager_args=args)
    reply, host = take(draft(), {}, target=pattern)
    assert reply.text == "I am one."
    assert not host.questions
