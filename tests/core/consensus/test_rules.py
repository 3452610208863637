"""Rules: what they score, what they promise, and when they know the winner early."""

from itertools import permutations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from massgen_hub.consensus import BORDA, PLURALITY, Vote

CANDIDATES = ["p", "q", "r"]
RULES = [BORDA, PLURALITY]


def votes(*rankings):
    return [Vote(voter=f"v{i}", ranking=tuple(r), shown=tuple(CANDIDATES)) for i, r in enumerate(rankings)]


def rankings(most=7):
    orders = [order for length in (1, 2, 3) for order in permutations(CANDIDATES, length)]
    return st.lists(st.sampled_from(orders), min_size=1, max_size=most)


def test_borda_gives_points_by_place():
    tally = BORDA.count(votes("pqr", "qpr", "pqr"), CANDIDATES)
    assert tally.scores == {"p": 5.0, "q": 4.0, "r": 0.0}
    assert (tally.winners, tally.margin) == (("p",), 1.0)


def test_a_short_borda_ballot_hands_out_the_same_total():
    short, full = BORDA.count(votes("p"), CANDIDATES), BORDA.count(votes("pqr"), CANDIDATES)
    assert short.scores == {"p": 2.0, "q": 0.5, "r": 0.5}
    assert sum(short.scores.values()) == sum(full.scores.values()) == 3.0


def test_plurality_counts_first_places_only():
    tally = PLURALITY.count(votes("pq", "qp", "q"), CANDIDATES)
    assert tally.scores == {"p": 1.0, "q": 2.0, "r": 0.0}
    assert tally.winners == ("q",)


def test_a_tie_names_all_winners_and_has_no_margin():
    tally = PLURALITY.count(votes("p", "q"), CANDIDATES)
    assert (tally.winners, tally.margin) == (("p", "q"), 0.0)


def test_a_candidate_shown_to_few_is_not_punished_for_it():
    seen_by_all = Vote(voter="a", ranking=("p", "q"), shown=("p", "q"))
    others = [Vote(voter=f"b{i}", ranking=("p", "r"), shown=("p", "r")) for i in range(3)]
    winner_where_shown = Vote(voter="c", ranking=("q", "p"), shown=("p", "q"))
    tally = BORDA.count([seen_by_all, winner_where_shown, *others], CANDIDATES)
    assert tally.scores["q"] == pytest.approx(2.5)  # 1 point in 2 showings, scaled to 5 votes
    assert tally.scores["r"] == 0.0


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
@given(rankings(), st.randoms())
def test_the_order_of_ballots_does_not_matter(rule, given_rankings, random):
    ballots = votes(*given_rankings)
    mixed = random.sample(ballots, len(ballots))
    assert rule.count(mixed, CANDIDATES).scores == pytest.approx(rule.count(ballots, CANDIDATES).scores)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
@given(rankings())
def test_renaming_the_candidates_renames_the_winners(rule, given_rankings):
    swap = {"p": "q", "q": "p", "r": "r"}
    renamed = [tuple(swap[c] for c in ranking) for ranking in given_rankings]
    winners = rule.count(votes(*given_rankings), CANDIDATES).winners
    assert {swap[c] for c in winners} == set(rule.count(votes(*renamed), CANDIDATES).winners)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
@given(rankings())
def test_moving_the_winner_up_keeps_it_winning(rule, given_rankings):
    winner = rule.count(votes(*given_rankings), CANDIDATES).winners[0]
    first, *rest = given_rankings
    raised = (winner, *(c for c in first if c != winner))
    assert winner in rule.count(votes(raised, *rest), CANDIDATES).winners


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_unanimous_first_place_wins(rule):
    assert rule.count(votes("qpr", "qrp", "q"), CANDIDATES).winners == ("q",)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
@given(rankings(most=5), st.integers(min_value=1, max_value=2))
def test_settled_means_that_no_way_to_vote_changes_the_winner(rule, given_rankings, missing):
    ballots, outstanding = votes(*given_rankings), [tuple(CANDIDATES)] * missing
    if not rule.settled(ballots, outstanding, CANDIDATES):
        return
    winners = rule.count(ballots, CANDIDATES).winners
    for late in product(permutations(CANDIDATES), repeat=missing):
        every = votes(*given_rankings, *late)
        assert rule.count(every, CANDIDATES).winners == winners


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_landslide_is_settled_before_the_last_ballot(rule):
    assert rule.settled(votes("pqr", "pqr", "pqr"), [tuple(CANDIDATES)], CANDIDATES)
    assert not rule.settled(votes("pqr", "qpr"), [tuple(CANDIDATES)], CANDIDATES)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
@given(rankings(most=4))
def test_the_fewest_changes_are_the_fewest(rule, given_rankings):
    ballots = votes(*given_rankings)
    tally = rule.count(ballots, CANDIDATES)
    if len(tally.winners) > 1:
        return
    claimed = rule.flips(ballots, CANDIDATES, tally.winners[0])
    assert claimed == _by_trying_everything(rule, given_rankings, tally.winners)


def _by_trying_everything(rule, given_rankings, winners):
    orders = [*permutations(CANDIDATES, 1), *permutations(CANDIDATES)]
    best = None
    for changed in product([None, *orders], repeat=len(given_rankings)):
        ballots = votes(*(new or old for new, old in zip(changed, given_rankings, strict=True)))
        count = sum(new is not None for new in changed)
        if rule.count(ballots, CANDIDATES).winners != winners and (best is None or count < best):
            best = count
    return best
