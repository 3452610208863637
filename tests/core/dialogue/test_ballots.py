"""Ballots of every kind: what is asked for, what is read, what is refused."""

import jsonschema
import pytest
from massgen_hub.codec import to_json
from massgen_hub.consensus import Ballot, Refusal
from massgen_hub.contract import Reply, Shown, Task
from massgen_hub.dialogue import read, render, reply_schema

LABELS = {"A": "first", "B": "second", "C": "third"}
NEEDS = ("ranking", "choice", "approval", "score")
VALID = {
    "ranking": {"ranking": ["B", "A"]},
    "choice": {"ranking": ["B"]},
    "approval": {"approved": ["B", "A"]},
    "score": {"scores": {"A": 3, "B": 10, "C": 0}},
}


def heard(ballot, need, *, veto=False, kind="vote"):
    return read(kind, Reply(text=to_json(ballot)), LABELS, need, veto=veto)


@pytest.mark.parametrize("need", NEEDS)
def test_what_the_schema_allows_is_read_as_a_ballot(need):
    ballot = {"reason": "so", **VALID[need]}
    jsonschema.validate(ballot, reply_schema("vote", sorted(LABELS), need))
    decision = heard(ballot, need)
    assert isinstance(decision, Ballot)
    assert decision.named[0] in ("second", "first")
    assert decision.reason == "so"


def test_approvals_and_scores_keep_what_was_said():
    assert heard(VALID["approval"], "approval").approved == ("second", "first")
    assert heard(VALID["score"], "score").scores == {"first": 3, "second": 10, "third": 0}


@pytest.mark.parametrize("need", NEEDS)
@pytest.mark.parametrize("other", NEEDS)
def test_a_ballot_of_another_kind_is_refused_with_what_is_wanted(need, other):
    if {need, other} <= {"ranking", "choice"} or need == other:
        assert isinstance(heard(VALID[other], need), Ballot)
        return
    field = {"approval": "approved", "score": "scores"}.get(need, "ranking")
    decision = heard(VALID[other], need)
    assert isinstance(decision, Refusal)
    assert f"`{field}`" in decision.why


@pytest.mark.parametrize(
    ("scores", "why"),
    [
        ({"A": 3, "B": 11, "C": 0}, "from 0 to 10"),
        ({"A": 3, "B": "high", "C": 0}, "from 0 to 10"),
        ({"A": 3, "B": -1, "C": 0}, "from 0 to 10"),
        ({"A": 3, "B": True, "C": 0}, "from 0 to 10"),
        ({"A": 3, "B": 5}, "no score to C"),
        ({"A": 3, "B": 5, "C": 1, "D": 2}, "no answer 'D'"),
        ({"A": 3, "a": 5, "B": 1, "C": 1}, "twice"),
        (["A", "B"], "an object of labels and numbers"),
    ],
)
def test_scores_that_are_none_are_refused(scores, why):
    decision = heard({"scores": scores}, "score")
    assert isinstance(decision, Refusal)
    assert why in decision.why


def test_a_score_may_be_a_number_in_quotes():
    assert heard({"scores": {"A": "3", "B": "9.5", "C": 0}}, "score").scores["second"] == 9.5


def test_approvals_are_read_from_a_labelled_line():
    decision = read("vote", Reply(text="I like two of them.\nApproved: A, C"), LABELS, "approval")
    assert decision.approved == ("first", "third")


def test_a_veto_is_read_where_there_is_one():
    ballot = {**VALID["ranking"], "veto": ["C"]}
    assert heard(ballot, "ranking", veto=True).veto == ("third",)
    assert heard(ballot, "ranking").veto == ()


def test_a_veto_of_an_unknown_answer_is_refused():
    assert isinstance(heard({**VALID["ranking"], "veto": ["Z"]}, "ranking", veto=True), Refusal)


def test_two_ballots_that_differ_only_in_order_of_approval_are_one():
    text = f"{to_json({'approved': ['A', 'B']})} and {to_json({'approved': ['B', 'A']})}"
    assert isinstance(read("vote", Reply(text=text), LABELS, "approval"), Ballot)


def test_two_ballots_with_different_vetoes_are_two():
    text = f"{to_json({'ranking': ['A'], 'veto': ['B']})} and {to_json({'ranking': ['A']})}"
    assert isinstance(read("vote", Reply(text=text), LABELS, "ranking", veto=True), Refusal)


@pytest.mark.parametrize("need", NEEDS)
def test_the_prompt_shows_the_form_without_a_real_label(need):
    shown = [Shown(label=label, text=name) for label, name in LABELS.items()]
    prompt = render("vote", Task(text="?"), shown=shown, bodies=list(LABELS.values()), need=need, seed=1, veto=True)
    assert '"veto"' in prompt
    example = prompt[prompt.rindex('{"reason"') :]
    assert isinstance(read("vote", Reply(text=example), LABELS, need, veto=True), Refusal)
