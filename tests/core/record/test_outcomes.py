"""Marks of right and wrong answers, and what is learned from them."""

import asyncio
import json
import math
from dataclasses import replace

import pytest
from harness import answers, play
from massgen_hub import Hub
from massgen_hub.cli.app import app
from massgen_hub.consensus import Ballot, Electorate, Past, Replied, fold
from massgen_hub.errors import RecordError
from massgen_hub.record import read_events, state_of
from massgen_hub.record.outcomes import Outcome, mark, outcome, outcomes, read_past
from massgen_hub.view.verdict import facts, weighing
from typer.testing import CliRunner

SPLIT = {"a": answers("x", "x"), "b": answers("y", "x", "y"), "c": answers("z", "y", "x")}


def marked(folder, *runs, candidates=2):
    """Runs by the letters of those whose voice was right (`a`), wrong (`-a`) or unknown (`?a`)."""
    known = {"-": False, "?": None}
    for number, run in enumerate(runs):
        voices = {word[-1]: known.get(word[0], True) for word in run.split()}
        mark(folder, Outcome(run=f"r{number}", right=True, at=0.0, voices=voices, candidates=candidates))


def judged(agents, right, **settings):
    return dict(outcome(play(agents, **settings)[0], "r", right=right, at=0.0).voices)


# What a mark says of the agents


def test_where_the_answer_was_right_whoever_put_another_first_was_wrong():
    assert judged(SPLIT, True, refine=0) == {"a": True, "b": True, "c": False}


def test_where_the_answer_was_wrong_nothing_is_known_of_those_who_put_another_first():
    assert judged(SPLIT, False, refine=0) == {"a": False, "b": False, "c": None}


def test_where_equal_answers_decided_the_answers_are_the_voices():
    agents = {"a": answers("x"), "b": answers("x"), "c": answers("y")}
    assert judged(agents, True, arrival=["c", "a", "b"]) == {"a": True, "b": True, "c": False}


@pytest.mark.parametrize("right", [True, False])
def test_a_voice_for_several_answers_at_once_tells_nothing(right):
    _, log = play(SPLIT, refine=0)
    for number, event in enumerate(log):
        if isinstance(event, Replied) and event.agent == "a" and isinstance(event.decision, Ballot):
            log[number] = replace(event, decision=Ballot(approved=tuple(fold(log[:number]).candidates())))
    assert outcome(fold(log), "r", right=right, at=0.0).voices["a"] is None


def test_the_number_of_answers_is_kept():
    assert outcome(play(SPLIT, refine=0)[0], "r", right=True, at=0.0).candidates == 3


def test_a_run_that_was_cut_off_cannot_be_marked():
    _, log = play(SPLIT, refine=0)
    with pytest.raises(RecordError, match="did not come to its end"):
        outcome(fold(log[:-1]), "r", right=True, at=0.0)


def test_a_run_without_an_answer_cannot_be_marked():
    state, _ = play({"a": lambda _kind, _texts: None, "b": lambda _kind, _texts: None})
    with pytest.raises(RecordError, match="no answer"):
        outcome(state, "r", right=True, at=0.0)


# The file


def test_the_last_mark_of_a_run_counts(tmp_path):
    for right in (True, False):
        mark(tmp_path, Outcome(run="r", right=right, at=0.0, voices={"a": right}, candidates=2))
    assert outcomes(tmp_path)["r"].right is False
    assert len((tmp_path / "outcomes.jsonl").read_text().splitlines()) == 2


def test_marks_are_readable_by_their_owner_only(tmp_path):
    marked(tmp_path, "a")
    assert (tmp_path / "outcomes.jsonl").stat().st_mode & 0o777 == 0o600


def test_a_torn_last_line_is_left_out_and_the_next_mark_replaces_it(tmp_path):
    marked(tmp_path, "a", "-a")
    path = tmp_path / "outcomes.jsonl"
    path.write_bytes(path.read_bytes()[:-9])
    assert list(outcomes(tmp_path)) == ["r0"]
    mark(tmp_path, Outcome(run="r9", right=True, at=0.0, voices={"a": True}, candidates=2))
    assert list(outcomes(tmp_path)) == ["r0", "r9"]


def test_a_last_line_that_only_lacks_its_end_counts(tmp_path):
    marked(tmp_path, "a")
    path = tmp_path / "outcomes.jsonl"
    path.write_bytes(path.read_bytes().rstrip())
    marked(tmp_path, "a", "-a")
    assert list(outcomes(tmp_path)) == ["r0", "r1"]


@pytest.mark.parametrize("damage", ["{", "[]", '{"run": "x"}', "\udcff", '{"run":"x","right":2,"at":0,"voices":{}}'])
def test_a_damaged_line_is_refused_with_its_number(tmp_path, damage):
    marked(tmp_path, "a")
    path = tmp_path / "outcomes.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole + damage.encode(errors="surrogateescape") + b"\n" + whole)
    with pytest.raises(RecordError, match=r"outcomes\.jsonl:2: not an outcome"):
        read_past(tmp_path, ["a"])


# What is learned


def test_right_and_known_are_counted_for_each_agent(tmp_path):
    marked(tmp_path, "a -b", "a ?b", "-a b")
    past = read_past(tmp_path, ["a", "b", "c"])
    assert past.right == {"a": 2, "b": 1, "c": 0}
    assert past.known == {"a": 3, "b": 2, "c": 0}


@pytest.mark.parametrize("marks", [(), ("a", "-a"), ("?b",)])
def test_nothing_is_known_of_agents_without_outcomes(tmp_path, marks):
    marked(tmp_path, *marks)
    assert read_past(tmp_path, ["b"]) is None


def test_options_are_the_most_answers_to_one_question(tmp_path):
    marked(tmp_path, "a", candidates=1)
    assert read_past(tmp_path, ["a"]).options == 2
    marked(tmp_path, "a", "b", candidates=5)
    assert read_past(tmp_path, ["b"]).options == 5


def test_correlation_is_the_phi_coefficient_of_errors(tmp_path):
    marked(tmp_path, *["-a -b"] * 3, *["-a b"] * 1, *["a -b"] * 2, *["a b"] * 6)
    phi = (3 * 6 - 1 * 2) / math.sqrt(4 * 8 * 5 * 7)
    assert read_past(tmp_path, ["a", "b"]).correlation == pytest.approx(phi, abs=1e-6)


def test_correlation_is_a_mean_over_the_pairs_that_have_one(tmp_path):
    marked(tmp_path, *["-a -b c"] * 4, *["a b c"] * 8)
    assert read_past(tmp_path, ["a", "b", "c"]).correlation == 1.0


@pytest.mark.parametrize("marks", [["-a -b", *["a b"] * 8], ["-a b", *["a b"] * 11], [*["-a"] * 9, *["a b"] * 3]])
def test_correlation_is_unknown_below_ten_common_outcomes_and_without_errors_of_both(tmp_path, marks):
    marked(tmp_path, *marks)
    assert read_past(tmp_path, ["a", "b"]).correlation is None


# In a run

EQUAL = [
    {"id": name, "type": "scripted", "answer": text, "votes": [text]}
    for name, text in (("a", "x"), ("b", "x"), ("c", "y"))
]
LEARNED = {"agents": EQUAL, "consensus": {"weights": "learned", "gate": "off", "refine": 0}}


def run(folder, config):
    """The state of a run of this config. With this seed `c` speaks first, so that its turns are not called off."""
    verdict = asyncio.run(Hub(config, seed=0, runs=folder).run("?"))
    return state_of(read_events(folder / verdict.run))


def test_weights_are_off_until_every_agent_has_ten_known_outcomes(tmp_path):
    marked(tmp_path, *["a b -c"] * 9, "a b")
    state = run(tmp_path, LEARNED)
    assert state.past.known == {"a": 10, "b": 10, "c": 9}
    assert state.settings.electorate == Electorate()


def test_learned_weights_stand_in_the_record(tmp_path):
    marked(tmp_path, *["a b -c"] * 8, *["a -b -c"] * 4, candidates=3)
    weights = run(tmp_path, LEARNED).settings.electorate.weights
    assert weights == {
        "a": pytest.approx(math.log(2 * 13), abs=1e-6),
        "b": pytest.approx(math.log(2 * 9 / 5), abs=1e-6),
        "c": 0.01,
    }


def test_learned_weights_count(tmp_path):
    marked(tmp_path, *["a -b -c"] * 12)
    agents = [{**EQUAL[0], "answer": "y", "votes": ["y"]}, EQUAL[1], {**EQUAL[2], "answer": "x", "votes": ["x"]}]
    assert run(tmp_path / "elsewhere", {**LEARNED, "agents": agents}).verdict.answer == "x"
    assert run(tmp_path, {**LEARNED, "agents": agents}).verdict.answer == "y"


def test_weights_are_equal_where_the_config_does_not_ask_for_learned_ones(tmp_path):
    marked(tmp_path, *["a b -c"] * 12)
    state = run(tmp_path, {"agents": EQUAL})
    assert state.settings.electorate == Electorate()
    assert state.past.right["a"] == 12


def test_an_advisory_voice_needs_no_outcomes(tmp_path):
    marked(tmp_path, *["a b"] * 10)
    weights = run(tmp_path, {"agents": EQUAL, "consensus": {"weights": "learned", "advisory": ["c"]}})
    assert set(weights.settings.electorate.weights) == {"a", "b"}


def test_nothing_is_read_where_nothing_is_kept():
    assert Hub(LEARNED, runs=None).past() is None


def test_damaged_marks_stop_a_run_before_it_starts(tmp_path):
    (tmp_path / "outcomes.jsonl").write_text("{}\n")
    with pytest.raises(RecordError, match=r"outcomes\.jsonl:1"):
        run(tmp_path, LEARNED)
    assert not list(tmp_path.glob("*/events.jsonl"))


def test_the_verdict_tells_effective_voters_and_where_the_best_agent_came_in(tmp_path):
    marked(tmp_path, *["a -b -c"] * 4, *["a b c"] * 8)
    told = facts(run(tmp_path, LEARNED).verdict)
    assert "worth 1 independent voters, by how often these agents erred together" in told
    assert "the best agent so far, a (12 of 12 right): its answer won" in told


# In words


def test_the_weights_are_told_at_the_start():
    past = Past(right={"a": 11, "b": 1}, known={"a": 12, "b": 12})
    assert weighing(past, ["a", "b"]) == "weights: a 1.79, b 0.01 (from 12 outcomes)"


@pytest.mark.parametrize(("past", "fewest"), [(None, 0), (Past(right={"a": 3}, known={"a": 4, "b": 30}), 4)])
def test_weights_that_are_still_off_say_how_much_is_missing(past, fewest):
    assert weighing(past, ["a", "b"]) == f"weights: learned is off: {fewest} of 10 outcomes known"


def test_twelve_marked_runs_teach_the_thirteenth(tmp_path):
    config = tmp_path / "council.yaml"
    config.write_text(json.dumps(LEARNED))
    told = []
    for _ in range(12):
        name = run(tmp_path, {"agents": EQUAL}).run
        told.append(CliRunner().invoke(app, ["runs", "mark", name, "--right", "--runs", str(tmp_path)]).output)
    assert ["c", "0", "of", "1", "9", "more", "outcomes", "needed"] in [line.split() for line in told[0].splitlines()]
    assert ["a", "12", "of", "12", "2.56495"] in [line.split() for line in told[-1].splitlines()]
    last = CliRunner().invoke(app, ["run", "-c", str(config), "?", "--runs", str(tmp_path)])
    assert "weights: a 2.56, b 2.56, c 0.01 (from 12 outcomes)" in last.stderr
    assert last.stdout == "x\n"
