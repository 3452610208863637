"""When a rule knows the winner before the last ballot, and how many ballots would have to change."""

from dataclasses import replace
from itertools import permutations, product

import pytest
from electorates import electorates, votes
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from massgen_hub.consensus.rules import RULES, Vote, fewest_flips

each = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)


def unmarked(voter, names, weight=1.0):
    return Vote(voter=voter, shown=tuple(names), weight=weight)


def every_ballot(vote, need):
    """All that this voter may still say, saying nothing included."""
    orders = [order for length in range(1, len(vote.shown) + 1) for order in permutations(vote.shown, length)]
    match need:
        case "approval":
            cast = [replace(vote, approved=order) for order in orders]
        case "score":
            levels = product((0, 10), repeat=len(vote.shown))
            cast = [replace(vote, scores=dict(zip(vote.shown, level, strict=True))) for level in levels]
        case _:
            cast = [replace(vote, ranking=order) for order in orders]
    return [None, *cast]


@each
@settings(max_examples=60)
@given(electorates(most=5, partial=True), st.data())
def test_settled_means_that_no_way_to_vote_changes_the_winner(rule, electorate, data):
    names, cast = electorate
    late = []
    for number in range(data.draw(st.integers(1, 2)) if len(names) < 4 else 1):
        shown = data.draw(st.permutations(names))[: data.draw(st.integers(2, len(names)))]
        late.append(unmarked(f"late{number}", shown, data.draw(st.sampled_from([1.0, 0.5, 2.0]))))
    assume(rule.settled(cast, late, names))
    winners = rule.count(cast, names).winners
    assert len(winners) == 1
    for said in product(*(every_ballot(vote, rule.needs) for vote in late)):
        assert rule.count([*cast, *filter(None, said)], names).winners == winners


@each
def test_a_landslide_is_settled_before_the_last_ballot(rule):
    clear = {"approved": ("p",), "scores": {"p": 10, "q": 0, "r": 0}}
    cast = [replace(vote, **clear) for vote in votes("pqr", "pqr", "pqr")]
    assert rule.settled(cast, [unmarked("late", "pqr")], "pqr")
    assert not rule.settled(cast[:1], [unmarked("late", "pqr")], "pqr")


@each
def test_a_heavy_voice_still_to_come_keeps_a_landslide_open(rule):
    clear = {"approved": ("p",), "scores": {"p": 10, "q": 0, "r": 0}}
    cast = [replace(vote, **clear) for vote in votes("pqr", "pqr", "pqr")]
    assert not rule.settled(cast, [unmarked("late", "pqr", weight=4.0)], "pqr")


@each
def test_everything_is_settled_when_nobody_is_left_and_one_leads(rule):
    clear = {"approved": ("p",), "scores": {"p": 10, "q": 0, "r": 0}}
    assert rule.settled([replace(vote, **clear) for vote in votes("pqr", "prq")], [], "pqr")


@each
@given(electorates(most=5))
def test_changing_as_many_ballots_as_it_says_changes_the_outcome(rule, electorate):
    names, cast = electorate
    winners = rule.count(cast, names).winners
    assume(len(winners) == 1)
    number = fewest_flips(rule, cast, names, winners[0])
    assert number is None or 1 <= number <= len(cast)
    assert (number is None) == (len(names) == 1)


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.needs in ("ranking", "choice")], ids=lambda r: r.name)
@settings(max_examples=25)
@given(st.lists(st.sampled_from(list(permutations("pqr"))), min_size=1, max_size=4))
def test_no_fewer_ballots_would_do(rule, rankings):
    cast = votes(*rankings)
    winners = rule.count(cast, "pqr").winners
    assume(len(winners) == 1)
    claimed = fewest_flips(rule, cast, "pqr", winners[0])
    least = _by_trying_everything(rule, rankings, winners)
    assert claimed >= least
    if rule.flips is not None:
        assert claimed == least


def _by_trying_everything(rule, rankings, winners):
    orders = [*permutations("pqr", 1), *permutations("pqr")]
    best = len(rankings) + 1
    for changed in product([None, *orders], repeat=len(rankings)):
        number = sum(new is not None for new in changed)
        cast = votes(*(new or old for new, old in zip(changed, rankings, strict=True)))
        if number < best and rule.count(cast, "pqr").winners != winners:
            best = number
    return best
