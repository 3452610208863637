"""What each rule promises (`keeps`), held by random electorates; and what it does not, by an example."""

from dataclasses import replace

import pytest
from electorates import electorates, votes
from hypothesis import assume, given
from hypothesis import strategies as st
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
    fewest_flips,
)

each = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)


def keeping(axiom):
    return pytest.mark.parametrize("rule", [rule for rule in RULES if axiom in rule.keeps], ids=lambda rule: rule.name)


def renamed(vote, names):
    return replace(
        vote,
        shown=tuple(names[name] for name in vote.shown),
        ranking=tuple(names[name] for name in vote.ranking),
        approved=tuple(names[name] for name in vote.approved),
        scores={names[name]: score for name, score in vote.scores.items()},
    )


def raised(vote, winner):
    """The same ballot with the winner above everybody else."""
    if winner not in vote.shown:
        return vote
    return replace(
        vote,
        ranking=(winner, *(name for name in vote.ranking if name != winner)),
        approved=tuple(dict.fromkeys((winner, *vote.approved))),
        scores={**vote.scores, winner: 10},
    )


@keeping("anonymity")
@given(electorates(partial=True), st.randoms(use_true_random=False))
def test_who_cast_which_ballot_does_not_matter(rule, electorate, random):
    names, cast = electorate
    mixed = random.sample(cast, len(cast))
    tally, again = rule.count(cast, names), rule.count(mixed, random.sample(names, len(names)))
    assert again.winners == tally.winners
    assert again.scores == pytest.approx(tally.scores)


@keeping("neutrality")
@given(electorates(partial=True), st.randoms(use_true_random=False))
def test_renaming_the_candidates_renames_the_winners(rule, electorate, random):
    names, cast = electorate
    new = dict(zip(names, random.sample(names, len(names)), strict=True))
    winners = rule.count(cast, names).winners
    assert {new[name] for name in winners} == set(rule.count([renamed(v, new) for v in cast], names).winners)


@keeping("monotonicity")
@given(electorates(), st.data())
def test_moving_a_winner_up_keeps_it_among_the_winners(rule, electorate, data):
    names, cast = electorate
    winner = data.draw(st.sampled_from(rule.count(cast, names).winners))
    moved = data.draw(st.integers(1, len(cast)))
    after = [raised(vote, winner) for vote in cast[:moved]] + cast[moved:]
    assert winner in rule.count(after, names).winners


@keeping("unanimity")
@given(electorates())
def test_what_everybody_likes_best_wins_alone(rule, electorate):
    names, cast = electorate
    first = names[0]
    agreed = [
        replace(raised(vote, first), approved=(first,), scores=dict.fromkeys(names, 3) | {first: 7}) for vote in cast
    ]
    assert rule.count(agreed, names).winners == (first,)


@keeping("condorcet")
@given(electorates())
def test_whoever_wins_every_duel_wins_alone(rule, electorate):
    names, cast = electorate
    winners = [x for x in names if all(_prefer(cast, x, y) > _prefer(cast, y, x) for y in names if y != x)]
    assume(winners)
    assert list(rule.count(cast, names).winners) == winners


def _prefer(cast, x, y):
    return sum(vote.weight for vote in cast if x in vote.ranking and _place(vote, x) < _place(vote, y))


def _place(vote, name):
    return vote.ranking.index(name) if name in vote.ranking else len(vote.shown)


@each
def test_a_rule_claims_no_axiom_that_is_not_tested(rule):
    assert rule.keeps <= {"anonymity", "neutrality", "monotonicity", "unanimity", "condorcet"}
    assert {"anonymity", "neutrality"} <= rule.keeps


@each
@given(electorates(partial=True))
def test_a_weight_of_two_is_two_ballots(rule, electorate):
    names, cast = electorate
    double = [replace(vote, weight=vote.weight * 2) for vote in cast]
    twice = [replace(vote, voter=f"{vote.voter}-{i}") for vote in cast for i in range(2)]
    heavy, many = rule.count(double, names), rule.count(twice, names)
    assert heavy.scores == pytest.approx(many.scores)
    assert heavy.winners == many.winners


@each
@given(electorates(partial=True))
def test_a_candidate_that_nobody_was_shown_never_wins(rule, electorate):
    names, cast = electorate
    assert "unseen" not in rule.count(cast, [*names, "unseen"]).winners


@each
@given(electorates(partial=True))
def test_the_winners_have_the_highest_score_and_ties_no_margin(rule, electorate):
    names, cast = electorate
    tally = rule.count(cast, names)
    best = max(tally.scores.values())
    assert all(tally.scores[name] == pytest.approx(best) for name in tally.winners)
    assert set(tally.scores) == set(names)
    assert (tally.margin == 0) == (len(tally.winners) > 1)
    assert len(tally.winners) == 1 or set(tally.winners) <= set(tally.secondary)


@each
def test_one_candidate_alone_wins(rule):
    vote = Vote(voter="v", shown=("p",), ranking=("p",), approved=("p",), scores={"p": 4})
    assert rule.count([vote], ["p"]).winners == ("p",)
    assert fewest_flips(rule, [vote], ["p"], "p") is None


# What they do not keep


def test_borda_may_pass_over_a_condorcet_winner():
    cast = votes(*["pqr"] * 3, *["qrp"] * 2)
    assert COPELAND.count(cast, "pqr").winners == ("p",)
    assert BORDA.count(cast, "pqr").winners == ("q",)


def test_plurality_may_elect_whom_most_like_least():
    cast = votes("pqr", "pqr", "pqr", "qrp", "qrp", "rqp", "rqp")
    assert PLURALITY.count(cast, "pqr").winners == ("p",)
    assert MINIMAX.count(cast, "pqr").winners == ("q",)


def test_moving_a_winner_up_may_make_it_lose_an_instant_runoff():
    same = [*["pqr"] * 6, *["rpq"] * 5, *["qrp"] * 4]
    before, after = votes(*same, *["qpr"] * 2), votes(*same, *["pqr"] * 2)
    assert "monotonicity" not in IRV.keeps
    assert (IRV.count(before, "pqr").winners, IRV.count(after, "pqr").winners) == (("p",), ("r",))


def test_scores_may_overrule_a_majority():
    cast = [
        *(Vote(voter=f"a{i}", shown=("p", "q"), scores={"p": 10, "q": 9}) for i in range(2)),
        Vote(voter="b", shown=("p", "q", "r"), scores={"p": 0, "q": 9, "r": 10}),
    ]
    three = [replace(vote, shown=("p", "q", "r"), scores={"r": 0, **vote.scores}) for vote in cast]
    assert SCORE.count(three, "pqr").winners == ("q",)


def test_approvals_and_first_places_may_disagree():
    cast = [
        Vote(voter="a", shown=tuple("pq"), ranking=tuple("p"), approved=tuple("pq")),
        Vote(voter="b", shown=tuple("pq"), ranking=tuple("p"), approved=tuple("pq")),
        Vote(voter="c", shown=tuple("pq"), ranking=tuple("q"), approved=tuple("q")),
    ]
    assert (PLURALITY.count(cast, "pq").winners, APPROVAL.count(cast, "pq").winners) == (("p",), ("q",))


def test_schulze_and_minimax_may_disagree():
    cast = votes(
        *["pqrs"] * 3, *["qrps"] * 3, *["rpqs"] * 3, *["spqr"] * 2, *["sqrp"] * 2, *["srpq"] * 2, names="pqrs"
    )  # s loses every duel narrowly, the others beat each other clearly
    assert MINIMAX.count(cast, "pqrs").winners == ("s",)
    assert "s" not in SCHULZE.count(cast, "pqrs").winners
