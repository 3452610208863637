"""What each rule makes of ballots that can be counted by hand."""

import pytest
from electorates import votes
from massgen_hub.consensus.rules import (
    APPROVAL,
    BORDA,
    COPELAND,
    IRV,
    MINIMAX,
    PLURALITY,
    RULES,
    SCHULZE,
    SCORE,
    Vote,
)


def test_borda_gives_points_by_place():
    tally = BORDA.count(votes("pqr", "qpr", "pqr"), "pqr")
    assert tally.scores == {"p": 5.0, "q": 4.0, "r": 0.0}
    assert (tally.winners, tally.margin) == (("p",), 1.0)


def test_a_short_borda_ballot_hands_out_the_same_total():
    short, full = BORDA.count(votes("p"), "pqr"), BORDA.count(votes("pqr"), "pqr")
    assert short.scores == {"p": 2.0, "q": 0.5, "r": 0.5}
    assert sum(short.scores.values()) == sum(full.scores.values()) == 3.0


def test_plurality_counts_first_places_only():
    tally = PLURALITY.count(votes("pq", "qp", "q"), "pqr")
    assert tally.scores == {"p": 1.0, "q": 2.0, "r": 0.0}
    assert tally.winners == ("q",)


def test_a_tie_names_all_winners_and_has_no_margin():
    tally = PLURALITY.count(votes("p", "q"), "pqr")
    assert (tally.winners, tally.margin) == (("p", "q"), 0.0)


def test_a_candidate_shown_to_few_is_not_punished_for_it():
    seen_by_all = Vote(voter="a", ranking=("p", "q"), shown=("p", "q"))
    others = [Vote(voter=f"b{i}", ranking=("p", "r"), shown=("p", "r")) for i in range(3)]
    winner_where_shown = Vote(voter="c", ranking=("q", "p"), shown=("p", "q"))
    tally = BORDA.count([seen_by_all, winner_where_shown, *others], "pqr")
    assert tally.scores["q"] == pytest.approx(2.5)  # 1 point in 2 showings, scaled to 5 votes
    assert tally.scores["r"] == 0.0


def test_approvals_are_counted():
    cast = [
        Vote(voter=v, shown=tuple("pqr"), approved=tuple(good)) for v, good in (("a", "pq"), ("b", "q"), ("c", "r"))
    ]
    assert APPROVAL.count(cast, "pqr").scores == {"p": 1.0, "q": 2.0, "r": 1.0}


def test_scores_are_stretched_over_the_range_of_each_voter():
    timid = Vote(voter="a", shown=tuple("pqr"), scores={"p": 6, "q": 5, "r": 4})
    bold = Vote(voter="b", shown=tuple("pqr"), scores={"p": 0, "q": 10, "r": 5})
    assert SCORE.count([timid], "pqr").scores == {"p": 10.0, "q": 5.0, "r": 0.0}
    assert SCORE.count([timid, bold], "pqr").scores == {"p": 10.0, "q": 15.0, "r": 5.0}


def test_a_voter_that_scores_all_alike_tells_nothing():
    level = Vote(voter="a", shown=tuple("pq"), scores={"p": 9, "q": 9})
    other = Vote(voter="b", shown=tuple("pq"), scores={"p": 1, "q": 0})
    assert SCORE.count([level, other], "pq").margin == SCORE.count([other], "pq").margin


CYCLE = votes(*["pqr"] * 4, *["qrp"] * 3, *["rpq"] * 2)  # p beats q 6:3, q beats r 7:2, r beats p 5:4


def test_copeland_counts_duels_won_less_those_lost():
    assert COPELAND.count(CYCLE, "pqr").scores == {"p": 0.0, "q": 0.0, "r": 0.0}


def test_minimax_takes_the_smallest_worst_defeat():
    assert MINIMAX.count(CYCLE, "pqr").scores == {"p": -1.0, "q": -3.0, "r": -5.0}


def test_schulze_follows_the_strongest_chains():
    """The 45 voters of Schulze's paper (2011, example 1): he finds that e wins."""
    groups = {"acbed": 5, "adecb": 5, "bedac": 8, "cabed": 3, "caebd": 7, "cbade": 2, "dceba": 7, "ebadc": 8}
    cast = votes(*(ranking for ranking, number in groups.items() for _ in range(number)), names="abcde")
    assert SCHULZE.count(cast, "abcde").winners == ("e",)


def test_an_instant_runoff_tells_its_counts():
    cast = votes(*["pqr"] * 4, *["qpr"] * 3, *["rqp"] * 2)
    tally = IRV.count(cast, "pqr")
    assert (tally.winners, tally.margin) == (("q",), 1.0)
    assert tally.trace == ("count 1: p 4, q 3, r 2", "count 2: q 5, p 4")
    assert tally.scores == {"p": 2.0, "q": 3.0, "r": 1.0}


def test_all_who_come_last_leave_a_runoff_together():
    cast = votes(*["pqrs"] * 3, *["qprs"] * 2, "rqps", "sqpr", names="pqrs")
    tally = IRV.count(cast, "pqrs")
    assert tally.trace == ("count 1: p 3, q 2, r 1, s 1", "count 2: q 4, p 3")


def test_a_runoff_in_which_all_are_level_is_a_tie():
    assert IRV.count(votes("pq", "qp", names="pq"), "pq").winners == ("p", "q")


def test_ballots_that_rank_nobody_who_is_left_drop_out_of_a_runoff():
    tally = IRV.count(votes("p", "p", "p", "qp", "qp", "r", "r", "rq"), "pqr")
    assert tally.trace[-1].startswith("count 2")
    assert set(tally.winners) <= {"p", "r"}


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.needs in ("ranking", "choice")], ids=lambda r: r.name)
def test_a_weight_may_turn_the_result(rule):
    cast = votes("pq", "pq", "qp", names="pq", weights=[1, 1, 2.5])
    assert rule.count(cast, "pq").winners == ("q",)
