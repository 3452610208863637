"""Weights, vetoes, advisory voices, a judge; earlier outcomes; how ballots that do not count are told apart."""

import math

import pytest
from harness import answers, fails_to_vote, play, silent
from massgen_hub.consensus import PLURALITY, Abstention, Answer, Electorate, Past, TurnStarted
from massgen_hub.errors import IllegalEvent


def voted(text, **ballot):
    """Drafts a text, then casts this ballot."""
    return lambda kind, _texts: Answer(text=text) if kind in ("draft", "present") else ballot


def test_a_heavy_voice_outweighs_two():
    agents = {"a": answers("x"), "b": answers("y", "y"), "c": answers("z", "y")}
    light = play(agents, refine=0)[0].verdict
    heavy = play(agents, refine=0, electorate=Electorate(weights={"a": 5}))[0].verdict
    assert (light.answer, heavy.answer) == ("y", "x")
    assert heavy.agreement == "plurality"  # agreement counts heads


def test_the_gate_is_a_majority_of_weight():
    agents = {"a": answers("x"), "b": answers("y"), "c": answers("z")}
    verdict = play(agents, electorate=Electorate(weights={"a": 3}))[0].verdict
    assert (verdict.by, verdict.answer) == ("gate", "x")


def test_a_threshold_is_a_share_of_the_weight():
    agents = {"a": answers("x", "z"), "b": answers("y", "x"), "c": answers("z", "x"), "d": answers("w", "z")}
    settings = {"refine": 0, "threshold": 0.7, "rule": PLURALITY}
    assert "2 of 4 agents" in play(agents, **settings)[0].verdict.reason
    electorate = Electorate(weights={"b": 4})
    assert play(agents, electorate=electorate, gate="off", **settings)[0].verdict.decided


def test_an_advisory_ballot_is_recorded_and_not_counted():
    agents = {"a": answers("x"), "b": answers("y", "x"), "c": answers("z", "z")}
    verdict = play(agents, refine=0, electorate=Electorate(advisory=("c",)))[0].verdict
    assert (verdict.agents, verdict.voted, verdict.agreement) == (2, 2, "unanimous")
    assert [one.voters for one in verdict.advice] == [("c",)]
    assert verdict.turnout.advisory == 1
    assert verdict.absent == ()


def test_the_answer_of_an_advisory_voice_may_win():
    agents = {"a": answers("x", "z"), "b": answers("y", "z"), "c": answers("z", "x")}
    verdict = play(agents, refine=0, electorate=Electorate(advisory=("c",)))[0].verdict
    assert verdict.answer == "z"


def test_advisory_answers_make_no_majority():
    agents = {"a": answers("x"), "b": answers("x"), "c": answers("x"), "d": answers("y", "y"), "e": answers("z", "y")}
    verdict = play(agents, refine=0, electorate=Electorate(advisory=("a", "b")))[0].verdict
    assert verdict.by == "vote"


def test_a_veto_rules_a_candidate_out():
    agents = {
        "a": voted("x", ranking=["y"], veto=["x"]),
        "b": voted("y", ranking=["x", "y"]),
        "c": voted("z", ranking=["x", "y"]),
    }
    verdict = play(agents, refine=0, gate="off", electorate=Electorate(veto=("a",)))[0].verdict
    assert verdict.answer == "y"
    assert [holder for _, holder in verdict.vetoed] == ["a"]


def test_a_vote_is_not_over_before_the_veto_holder_has_spoken():
    agents = {name: answers(name, "b") for name in "bcdefg"} | {"a": voted("a", ranking=["c"], veto=["b"])}
    verdict = play(agents, refine=0, electorate=Electorate(veto=("a",)), arrival=lambda n: -ord(n))[0].verdict
    assert verdict.stopped == "complete"
    assert verdict.answer != "b"


def test_equal_drafts_do_not_pass_over_a_veto_holder():
    agents = {"a": voted("y", ranking=["y"], veto=["x"]), "b": answers("x"), "c": answers("x"), "d": answers("x")}
    verdict = play(agents, refine=0, electorate=Electorate(veto=("a",)))[0].verdict
    assert (verdict.by, verdict.answer) == ("vote", "y")


def test_where_everything_is_ruled_out_nothing_wins():
    agents = {"a": voted("x", ranking=["x"], veto=["x", "y"]), "b": answers("y")}
    verdict = play(agents, refine=0, electorate=Electorate(veto=("a",)))[0].verdict
    assert (verdict.decided, verdict.winner, verdict.exit_code) == (False, None, 3)
    assert "veto" in verdict.reason


def test_a_voter_all_of_whose_choices_are_ruled_out_is_told_apart():
    agents = {
        "a": voted("x", ranking=["y"], veto=["z"]),
        "b": voted("y", ranking=["z"]),
        "c": voted("z", ranking=["x", "y"]),
    }
    verdict = play(agents, refine=0, rule=PLURALITY, gate="off", electorate=Electorate(veto=("a",)))[0].verdict
    assert ("b", "void") in [(one.agent, one.how) for one in verdict.absent]


def test_a_veto_of_somebody_without_one_is_illegal():
    with pytest.raises(IllegalEvent, match="has no veto"):
        play({"a": voted("x", ranking=["y"], veto=["x"]), "b": answers("y")}, refine=0)


def test_a_judge_gives_no_answer_and_decides_alone():
    agents = {"a": answers("x"), "b": answers("y"), "c": answers("z"), "j": answers("never", "z")}
    state, log = play(agents, electorate=Electorate(judge="j"))
    verdict = state.verdict
    assert (verdict.answer, verdict.by, verdict.voted, verdict.agreement) == ("z", "judge", 1, "plurality")
    votes = [event.agent for event in log if isinstance(event, TurnStarted) and event.kind != "draft"]
    assert votes == ["j"]
    assert len(state.given) == 3


def test_a_judge_that_fails_decides_nothing():
    agents = {"a": answers("x"), "b": answers("y"), "j": silent}
    verdict = play(agents, electorate=Electorate(judge="j"))[0].verdict
    assert not verdict.decided
    assert ("j", "failed") in [(one.agent, one.how) for one in verdict.absent]


def test_equal_answers_spare_the_judge():
    agents = {"a": answers("x"), "b": answers("x"), "c": answers("z"), "j": answers("never", "z")}
    verdict = play(agents, electorate=Electorate(judge="j"))[0].verdict
    assert (verdict.by, verdict.answer, verdict.saved) == ("gate", "x", 2)  # c's draft and the judge's ballot


@pytest.mark.parametrize(
    "electorate",
    [Electorate(judge="a"), Electorate(advisory=("a",)), Electorate(weights={"b": 2}), Electorate(veto=("b",))],
)
def test_an_electorate_that_cannot_be_is_refused(electorate):
    with pytest.raises(IllegalEvent):
        play({"a": answers("x")}, electorate=electorate)


def test_ballots_that_do_not_count_are_told_apart():
    agents = {
        "counted": answers("x"),
        "own": answers("o", "o"),
        "shy": lambda kind, _: Answer(text="s") if kind == "draft" else Abstention(why="I would not"),
        "garbled": lambda kind, _: Answer(text="g") if kind == "draft" else Abstention(why="prose", invalid=True),
        "failed": fails_to_vote("f"),
        "adviser": answers("v", "x"),
    }
    electorate = Electorate(advisory=("adviser",))
    turnout = play(agents, refine=0, rule=PLURALITY, electorate=electorate, quorum=1)[0].verdict.turnout
    told = {name: number for name, number in vars(turnout).items() if number}
    assert told == {"own": 2, "abstained": 1, "invalid": 1, "failed": 1, "advisory": 1}


# Drafts that count as ballots


TWO_ALIKE = {
    "a": answers("x", "y", "x"),
    "b": answers("x", "y", "x"),
    "c": answers("y", "z", "x"),
    "d": answers("z", "z", "x"),
    "e": answers("w", "z", "x"),
}


def test_a_vote_remembers_how_many_gave_an_answer():
    counted = play(TWO_ALIKE, refine=0)[0].verdict
    shown = play(TWO_ALIKE, refine=0, drafts="shown")[0].verdict
    x = {verdict: next(line for line in verdict.tally if line.authors == ("a", "b")) for verdict in (counted, shown)}
    others = {verdict: next(line for line in verdict.tally if line.authors == ("e",)) for verdict in (counted, shown)}
    assert x[counted].score - others[counted].score == x[shown].score - others[shown].score + 2
    assert (counted.turnout.drafts, shown.turnout.drafts) == (5, 0)
    assert counted.turnout.counted == shown.turnout.counted == 5


def test_drafts_are_no_voters():
    verdict = play(TWO_ALIKE, refine=0, quorum=5)[0].verdict
    assert (verdict.voted, verdict.turnout.drafts) == (5, 5)
    assert sum(line.firsts for line in verdict.tally) == 5


def test_drafts_count_only_where_everybody_sees_everything():
    assert play(TWO_ALIKE, refine=0, show=3)[0].verdict.turnout.drafts == 0


def test_no_draft_counts_before_a_judge():
    agents = TWO_ALIKE | {"j": answers("never", "w")}
    assert play(agents, electorate=Electorate(judge="j"))[0].verdict.answer == "w"


def test_drafts_of_advisory_voices_do_not_count():
    assert play(TWO_ALIKE, refine=0, electorate=Electorate(advisory=("a",)))[0].verdict.turnout.drafts == 4


def test_a_draft_that_was_ruled_out_does_not_count():
    agents = TWO_ALIKE | {"e": voted("w", ranking=["y"], veto=["x"])}
    assert play(agents, refine=0, electorate=Electorate(veto=("e",)))[0].verdict.turnout.drafts == 3


def test_flips_change_ballots_and_no_drafts():
    agents = dict.fromkeys("abcd", answers("x", "y", "x")) | dict.fromkeys("efgh", answers("y", "y", "x"))
    verdict = play(agents, refine=0, rule=PLURALITY, quorum=8)[0].verdict
    assert (verdict.answer, verdict.margin, verdict.flips) == ("y", 8.0, 4)


# What earlier outcomes tell


PAST = Past(right={"a": 9, "b": 6, "c": 5}, known={"a": 10, "b": 10, "c": 10}, correlation=0.5, options=4)


def test_weights_are_log_odds_shrunk_towards_one_half():
    p = (9 + 1) / (10 + 2)
    assert PAST.weights(["a"])["a"] == pytest.approx(math.log(3 * p / (1 - p)), abs=1e-6)


def test_weights_are_off_until_everybody_has_ten_known_outcomes():
    past = Past(right={"a": 9, "b": 9}, known={"a": 10, "b": 9})
    assert past.weights(["a", "b"]) == {"a": 1.0, "b": 1.0}


def test_a_weight_never_falls_below_its_floor():
    past = Past(right={"a": 1, "b": 9}, known={"a": 20, "b": 10})
    assert past.weights(["a", "b"])["a"] == 0.01


def test_the_verdict_says_how_many_independent_voters_it_is_worth():
    agents = {"a": answers("x", "y"), "b": answers("y", "x"), "c": answers("z", "x")}
    verdict = play(agents, refine=0, past=PAST, gate="off", quorum=3)[0].verdict
    assert (verdict.turnout.counted, verdict.effective_voters) == (3, 1.5)


def test_the_verdict_says_where_the_best_single_agents_answer_stands():
    agents = {"a": answers("x", "y"), "b": answers("y", "y"), "c": answers("z", "y")}
    best = play(agents, refine=0, past=PAST)[0].verdict.best_single
    assert (best.agent, best.right, best.known) == ("a", 9, 10)
    assert best.place in (2, 3)


def test_without_outcomes_nothing_is_claimed():
    verdict = play({"a": answers("x"), "b": answers("y", "x")}, refine=0)[0].verdict
    assert (verdict.effective_voters, verdict.best_single) == (None, None)
