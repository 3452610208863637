"""Counting many questions at once is the hub's plurality."""

import numpy as np
import pytest
from massgen_hub.consensus.count import pick
from massgen_hub.consensus.rules import BORDA, PLURALITY, Vote
from massgen_hub_bench.replay.panels import Pool, expected
from massgen_hub_bench.simulate.counting import chosen, stopped, support
from massgen_hub_bench.simulate.election import elect
from massgen_hub_bench.simulate.world import draw_answers, latencies

PANEL = (0.6, 0.5, 0.5, 0.4, 0.4, 0.3)


def answers_of(questions=300, seed=1):
    return draw_answers(np.random.default_rng(seed), questions, PANEL, 0.2, options=5)


def hub_winners(row):
    """The answers that share the first place by the hub's plurality."""
    names = tuple(sorted({str(code) for code in row}))
    votes = [Vote(voter=f"v{i}", shown=names, ranking=(str(code),)) for i, code in enumerate(row)]
    return {int(name) for name in PLURALITY.count(votes, names).winners}


def test_the_most_supported_answers_are_those_of_the_hub_s_plurality():
    answers = answers_of()
    backing = support(answers)
    for row, supported in zip(answers, backing, strict=True):
        assert set(row[supported == supported.max()].tolist()) == hub_winners(row.tolist())


def test_a_chosen_answer_is_among_the_hub_s_winners_and_ties_are_drawn_evenly():
    tied = np.tile([0, 0, 1, 1, 2], (4000, 1))
    found = chosen(np.random.default_rng(2), tied)
    assert set(found.tolist()) == {0, 1}
    assert abs((found == 0).mean() - 0.5) < 0.03


def test_who_gave_no_answer_supports_none():
    answers, valid = np.array([[0, 1, 1]]), np.array([[True, False, False]])
    assert chosen(np.random.default_rng(1), answers, valid=valid).tolist() == [0]


def test_a_missing_answer_is_not_counted():
    answers, rng = np.array([[-1, -1, 1, 1], [-1, -1, -1, -1]]), np.random.default_rng(1)
    latency = np.tile([1.0, 2.0, 3.0, 4.0], (2, 1))
    assert chosen(rng, answers).tolist() == [1, -1]
    assert [each.tolist() for each in stopped(rng, answers, latency, lambda _: 2)[:2]] == [[1, -1], [4, 4]]


def test_nobody_s_answer_is_no_winner():
    assert chosen(np.random.default_rng(1), np.array([[0, 1]]), valid=np.zeros((1, 2), bool)).tolist() == [-1]


def test_the_share_of_tied_winners_that_are_right_is_what_a_drawn_tie_gives():
    answers = answers_of(seed=3)
    equal = Pool.of(answers).equal
    shares = expected(equal, answers == 0, np.ones(answers.shape))
    hub = [(0 in winners) / len(winners) for winners in map(hub_winners, answers.tolist())]
    assert shares.tolist() == pytest.approx(hub)


def test_an_unassailable_lead_never_stops_at_another_winner():
    answers, rng = answers_of(2000, 4), np.random.default_rng(5)
    n = len(PANEL)
    early, used, _ = stopped(rng, answers, latencies(rng, 2000, n), lambda k: n - k + 1)
    assert used.min() < n
    assert all(winner in hub_winners(row) for winner, row in zip(early.tolist(), answers.tolist(), strict=True))


def test_an_election_is_decided_by_the_rule_and_the_tie_break_of_the_hub():
    utilities = np.random.default_rng(6).gumbel(size=(50, 4, 3))
    found = elect(BORDA, utilities, seed=9)
    names = ("c0", "c1", "c2")
    for q, each in enumerate(utilities):
        votes = [
            Vote(voter=f"v{i}", shown=names, ranking=tuple(names[j] for j in np.argsort(-row)))
            for i, row in enumerate(each)
        ]
        assert names[found[q]] == pick(BORDA.count(votes, names), 9 * 1_000_003 + q)[0]


def test_who_does_not_stand_cannot_win():
    utilities = np.tile([3.0, 2.0, 1.0], (1, 3, 1))
    standing = np.array([[False, True, True]])
    assert elect(PLURALITY, utilities, 1, electable=standing).tolist() == [1]


def test_a_voter_that_does_not_see_its_own_answer_cannot_vote_for_it():
    own_first = np.where(np.eye(3, dtype=bool), 9.0, [[0.0, 2.0, 1.0]])[None]
    assert elect(PLURALITY, own_first, 1, own=False).tolist() == [1]
