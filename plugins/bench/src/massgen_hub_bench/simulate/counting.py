"""Counting equal answers, for many questions at once. The only decision that is not made by the hub's rules: a test
holds it equal to the hub's plurality."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from .world import Bools, Floats, Ints

NEAR = 1e-9
"""Sums that differ by less are equal."""


def support(answers: Ints, weights: NDArray[np.float64] | None = None, valid: Bools | None = None) -> Floats:
    """(Q, n): the weight of all agents that gave agent i's answer; -1 where it gave none, or none that is `valid`.
    Weights are (n,) or (Q, n)."""
    questions, n = answers.shape
    given = answers >= 0 if valid is None else valid
    weighed = given * (np.ones(n) if weights is None else weights)
    total = np.zeros((questions, n))
    for j in range(n):
        total += (answers == answers[:, j : j + 1]) * weighed[:, j : j + 1]
    return np.where(given, total, -1.0)


def chosen(rng: Generator, answers: Ints, weights: Floats | None = None, valid: Bools | None = None) -> Ints:
    """The answer (Q,) with the most support; shared first places are drawn by answer. -1 where nobody answered."""
    backing = support(answers, weights, valid)
    lots = rng.random((len(answers), int(answers.max(initial=0)) + 1))
    lot = np.take_along_axis(lots, np.maximum(answers, 0), 1)
    leading = backing >= backing.max(1, keepdims=True) - NEAR
    best = np.where(leading, lot, -1.0).argmax(1)
    winner = np.take_along_axis(answers, best[:, None], 1)[:, 0]
    return np.where(backing.max(1) >= 0, winner, -1)


def stopped(rng: Generator, answers: Ints, latency: Floats, needed: Callable[[int], int]) -> tuple[Ints, Ints, Floats]:
    """Count in order of arrival until the lead is `needed(k)` after k answers: the answer, how many were counted, and
    when, each (Q,). What is never reached waits for all. Ties are drawn by answer, once a question; -1 where nobody
    answered."""
    questions, n = answers.shape
    rows, arrival = np.arange(questions), latency.argsort(1)
    ordered, times = np.take_along_axis(answers, arrival, 1), np.sort(latency, 1)
    tally = np.zeros((questions, int(answers.max()) + 2))
    lots = 0.5 * rng.random(tally.shape)
    going, winner = np.ones(questions, bool), np.zeros(questions, np.int64)
    used, spent = np.full(questions, n), times[:, -1].copy()
    for k in range(1, n + 1):
        tally[rows, ordered[:, k - 1]] += ordered[:, k - 1] >= 0
        ahead = np.sort(tally, 1)
        ends = going & ((ahead[:, -1] - ahead[:, -2] >= needed(k)) | (k == n))
        winner[ends] = (tally + lots).argmax(1)[ends]
        used[ends], spent[ends] = k, times[ends, k - 1]
        going &= ~ends
    return np.where((answers >= 0).any(1), winner, -1), used, spent
