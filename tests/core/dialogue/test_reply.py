"""From what an agent said to what it decided."""

import pytest
from massgen_hub.consensus import Abstention, Answer, Ballot, Refusal
from massgen_hub.contract import Reply
from massgen_hub.dialogue import json_objects, read

LABELS = {"A": "paris", "B": "rome", "C": "oslo"}


def vote(text="", data=None, kind="vote"):
    return read(kind, Reply(text=text, data=data), LABELS, "ranking")


BALLOTS = {
    "bare JSON": ('{"reason": "r", "ranking": ["B", "A"]}', ("rome", "paris")),
    "fenced JSON among prose": ('Sure!\n```json\n{"ranking": ["C"], "reason": ""}\n```\nDone.', ("oslo",)),
    "JSON after braces that are none": ('f(x) = {x} then {"ranking": ["A"]}', ("paris",)),
    "the prompt's example repeated, then a vote": (
        '{"ranking": ["<best>"]} means: {"ranking": ["B"]}',
        ("rome",),
    ),
    "single quotes": ("{'ranking': ['B', 'C'],}", ("rome", "oslo")),
    "small letters and brackets": ('{"ranking": ["[b]", "a."]}', ("rome", "paris")),
    "a ranking as text": ('{"ranking": "C > A"}', ("oslo", "paris")),
    "a single vote": ('{"vote": "C"}', ("oslo",)),
    "a labelled line": ("I looked at all.\nVote: B", ("rome",)),
    "a bare label": ("B", ("rome",)),
    "a line break inside a string": ('{"reason": "one\ntwo", "ranking": ["A"]}', ("paris",)),
    "the same vote twice": ('{"ranking": ["A"]} so {"ranking": ["A"]}', ("paris",)),
}


@pytest.mark.parametrize("text", BALLOTS)
def test_a_ballot_is_read_from(text):
    said, ranking = BALLOTS[text]
    decision = vote(said)
    assert isinstance(decision, Ballot)
    assert decision.ranking == ranking


def test_native_arguments_are_a_ballot_and_come_before_the_text():
    decision = vote('{"ranking": ["A"]}', {"ranking": ["C", "B"], "reason": "because"})
    assert (decision.ranking, decision.channel, decision.reason) == (("oslo", "rome"), "native", "because")


def test_a_ballot_keeps_the_labels_it_was_cast_with():
    assert vote('{"ranking": ["b", "A"]}').labels == ("B", "A")


REFUSED = {
    "prose": ("I like the second answer most.", "it holds no vote"),
    "nothing": ("", "it holds no vote"),
    "a labelled line without a label": ("Vote: ???", "it holds no vote"),
    "an unknown label": ('{"ranking": ["D"]}', "there is no answer 'D'"),
    "one label twice": ('{"ranking": ["A", "A"]}', "ranks an answer twice"),
    "two votes": ('{"ranking": ["A"]} or {"ranking": ["B"]}', "two different votes"),
    "numbers for labels": ('{"ranking": [1, 2]}', "must be a list of labels"),
    "an answer where only a vote is allowed": ('{"answer": "Bern"}', "it holds no vote"),
    "unterminated JSON": ('{"ranking": ["A"', "it holds no vote"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_vote_turn_refuses(what):
    text, why = REFUSED[what]
    decision = vote(text)
    assert isinstance(decision, Refusal)
    assert why in decision.why


def test_a_refusal_is_short_however_many_labels_are_wrong():
    decision = vote(f"Vote: {'x' * 1000} {'d ' * 100_000}")
    assert isinstance(decision, Refusal)
    assert "D', 'D' and 99996 others; the labels are A, B" in decision.why
    assert len(decision.why) < 200


def test_a_decide_turn_takes_a_better_answer():
    decision = vote('{"answer": "Bern, of course"}', kind="decide")
    assert isinstance(decision, Answer)
    assert decision.text == "Bern, of course"


def test_of_a_vote_and_an_answer_in_one_reply_the_first_counts():
    calls = [{"ranking": ["A"], "reason": ""}, {"answer": "Bern"}]
    assert isinstance(vote(data=calls, kind="decide"), Ballot)
    assert isinstance(vote(data=calls[::-1], kind="decide"), Answer)


def test_an_agent_may_abstain():
    assert vote('{"abstain": true, "reason": "all are wrong"}') == Abstention(why="all are wrong")


def test_plain_text_is_an_answer_as_it_was_written():
    text = '  def f():\n\treturn \'{"ranking": ["A"]}\'\n'
    assert vote(text, kind="draft") == Answer(text=text)


def test_a_native_answer_is_an_answer():
    assert vote("", {"answer": "Paris"}, kind="draft").text == "Paris"


@pytest.mark.parametrize("text", ["{" * 5000, '{"a":' * 3000, "{'a': " * 3000 + "}", "[" * 9000 + '{"ranking": ["A"]}'])
def test_hostile_nesting_is_survived(text):
    assert isinstance(vote(text), (Refusal, Ballot))


def test_objects_are_found_in_order():
    assert list(json_objects('x {"a": 1} y {"b": {"c": 2}} z')) == [{"a": 1}, {"b": {"c": 2}}]
