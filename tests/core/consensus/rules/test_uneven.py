"""Where voters were shown different candidates, or more of them than anybody can compare."""

from dataclasses import replace
from fractions import Fraction
from itertools import combinations, permutations, product

import pytest
from electorates import electorates, votes
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from massgen_hub.consensus.rules import BORDA, MINIMAX, RULES, SCHULZE, SCORE, Rule, Vote, fewest_flips
from massgen_hub.consensus.rules.pairwise import strongest_chains

each = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)


def test_a_late_ballot_over_few_candidates_cannot_settle_what_its_absence_leaves_open():
    """Shown p and q only, the late voter has less to give than q has on average: without its ballot q leads."""
    cast = [
        *votes("qrsp", "qrsp", names="pqrs"),
        Vote(voter="two", shown=tuple("pr"), ranking=tuple("rp")),
        Vote(voter="three", shown=tuple("rsp"), ranking=tuple("rsp"), weight=3.0),
    ]
    late = [Vote(voter="late", shown=tuple("pq"), weight=4.0)]
    assert BORDA.count(cast, "pqrs").winners == ("q",)
    assert not BORDA.settled(cast, late, "pqrs")


@each
def test_a_candidate_shown_alone_beats_one_that_nobody_saw(rule):
    vote = Vote(voter="a", shown=("p",), ranking=("p",), approved=("p",), scores={"p": 0})
    tally = rule.count([vote], ["p", "q"])
    assert tally.winners == ("p",)
    assert set(tally.scores) == {"p", "q"}


def test_a_tie_of_schulze_does_not_hang_on_rounding():
    cast = [
        Vote(voter="a", shown=tuple("prs"), ranking=tuple("sr"), weight=0.2),
        Vote(voter="b", shown=tuple("pr"), ranking=tuple("pr"), weight=1.1),
        Vote(voter="c", shown=tuple("rqp"), ranking=tuple("rq"), weight=0.2),
        Vote(voter="d", shown=tuple("ps"), ranking=tuple("sp"), weight=0.2),
        Vote(voter="e", shown=tuple("sq"), ranking=tuple("q"), weight=1.1),
    ]
    assert SCHULZE.count(cast, "pqrs").winners == ("q", "r", "s")


@given(electorates(most=8, partial=True), st.data())
def test_equal_margins_are_equal_however_few_were_shown_both(electorate, data):
    names, cast = electorate
    weights = data.draw(st.lists(st.sampled_from([0.1, 0.2, 0.3, 0.7, 1.1]), min_size=len(cast), max_size=len(cast)))
    cast = [replace(vote, weight=weight) for vote, weight in zip(cast, weights, strict=True)]
    margins = exact_margins(names, cast)
    seen = {name for name, _ in margins}
    assume(len(seen) > 1)
    worst = {x: min(margins[x, y] for y in seen if y != x) for x in seen}
    chains = widest_chains(margins, seen)
    unbeaten = [x for x in names if x in seen and all(chains[x, y] >= chains[y, x] for y in seen if y != x)]
    assert MINIMAX.count(cast, names).winners == tuple(
        x for x in names if x in seen and worst[x] == max(worst.values())
    )
    assert SCHULZE.count(cast, names).winners == tuple(unbeaten)


def exact_margins(names, cast):
    """The margins among those shown both, scaled to all, as fractions."""
    seen = [name for name in names if any(name in vote.shown for vote in cast)]
    whole = sum(Fraction(str(vote.weight)) for vote in cast)
    found = {}
    for x, y in product(seen, repeat=2):
        both = [vote for vote in cast if x in vote.shown and y in vote.shown]
        margin = sum((_sign(vote, x, y) * Fraction(str(vote.weight)) for vote in both), Fraction(0))
        together = sum(Fraction(str(vote.weight)) for vote in both)
        found[x, y] = margin * whole / together if together else Fraction(0)
    return found


def _sign(vote, x, y):
    above, below = (vote.ranking.index(name) if name in vote.ranking else len(vote.shown) for name in (x, y))
    return (above < below) - (above > below)


def widest_chains(margins, names):
    """The strongest chains as Floyd and Warshall find them."""
    chains = {pair: max(Fraction(0), margin) for pair, margin in margins.items()}
    for via, start, end in product(names, repeat=3):
        if len({via, start, end}) == 3:
            chains[start, end] = max(chains[start, end], min(chains[start, via], chains[via, end]))
    return chains


@given(st.integers(1, 7), st.data())
def test_the_strongest_chains_are_those_of_floyd_and_warshall(size, data):
    margins = [[0.0] * size for _ in range(size)]
    for x, y in combinations(range(size), 2):
        margins[x][y] = float(data.draw(st.integers(-4, 4)))
        margins[y][x] = -margins[x][y]
    pairs = {(x, y): Fraction(margins[x][y]) for x, y in product(range(size), repeat=2)}
    expected = widest_chains(pairs, range(size))
    found = strongest_chains(margins)
    assert all(found[x][y] == expected[x, y] for x, y in pairs if x != y)


# Ballots to change


def every_ballot(vote, need):
    """All that a voter may say where only tops, orders and extremes matter."""
    if need == "approval":
        sizes = range(1, len(vote.shown) + 1)
        return [replace(vote, approved=chosen) for size in sizes for chosen in combinations(vote.shown, size)]
    if need == "score":
        levels = product((0, 10), repeat=len(vote.shown))
        return [replace(vote, scores=dict(zip(vote.shown, level, strict=True))) for level in levels]
    lengths = range(1, len(vote.shown) + 1)
    return [replace(vote, ranking=order) for length in lengths for order in permutations(vote.shown, length)]


def may_fall(rule, names, cast, winner, number):
    """Whether some change of so many ballots takes the sole first place from the winner."""
    for chosen in combinations(range(len(cast)), number):
        for said in product(*(every_ballot(cast[place], rule.needs) for place in chosen)):
            changed = dict(zip(chosen, said, strict=True))
            ballots = [changed.get(place, vote) for place, vote in enumerate(cast)]
            if rule.count(ballots, names).winners != (winner,):
                return True
    return False


@each
@settings(max_examples=25)
@given(electorates(most=3, partial=True))
def test_as_many_changed_ballots_as_it_says_can_change_the_outcome(rule, electorate):
    names, cast = electorate
    assume(len(names) == 3)
    winners = rule.count(cast, names).winners
    assume(len(winners) == 1)
    number = fewest_flips(rule, cast, names, winners[0])
    assume(number is not None)
    assert may_fall(rule, names, cast, winners[0], number)
    if rule.flips is not None and number > 1:
        assert not may_fall(rule, names, cast, winners[0], number - 1)


def test_a_plugins_rule_that_reads_scores_is_tried_with_scores():
    rule = Rule(name="own", summary="", needs="score", keeps=frozenset(), count=SCORE.count)
    cast = [Vote(voter=f"v{i}", shown=("p", "q"), scores={"p": 9, "q": 1}) for i in range(3)]
    assert fewest_flips(rule, cast, ["p", "q"], "p") == SCORE.flips(cast, ["p", "q"], "p") == 2
