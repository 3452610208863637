"""Every panel of n models out of a pool. What is chosen (weights, the best member, the best two) is chosen on one half
of the questions and scored on the other, both ways round.

Numbers are per question, as means over panels, so that their spread over questions gives the interval. A tie counts
its share: one of three tied answers is right a third of the time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from massgen_hub.consensus.electorate import Past
from numpy.random import Generator
from numpy.typing import NDArray

from ..simulate.counting import NEAR
from ..simulate.world import OPTIONS

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Pool:
    """Coded answers (questions, models) with what every panel needs of them. `half` (questions,) is 0 or 1; `weights`
    (2, models) are for scoring that half, learned on the other as the hub learns them."""

    codes: NDArray[np.int64]
    equal: Bools
    half: NDArray[np.int64]
    weights: Floats

    @classmethod
    def of(cls, codes: NDArray[np.int64]) -> Pool:
        """Even questions are one half, odd ones the other."""
        half = np.arange(len(codes)) % 2
        weights = np.array([learned(codes[half != side] == 0) for side in (0, 1)])
        equal = (codes[:, :, None] == codes[:, None, :]) & (codes >= 0)[:, :, None]
        return cls(codes, equal, half, weights)


def learned(right: Bools) -> list[float]:
    """The hub's weights of the models, from what they got right (questions, models)."""
    hits = {str(model): int(count) for model, count in enumerate(right.sum(0))}
    known = dict.fromkeys(hits, len(right))
    return [*Past(right=hits, known=known, options=OPTIONS).weights(hits).values()]


def panels(pool: Pool, size: int) -> Iterator[tuple[int, ...]]:
    """Every panel of this size, as columns of the pool."""
    return combinations(range(pool.codes.shape[1]), size)


def measured(pool: Pool, panel: tuple[int, ...], rng: Generator) -> dict[str, Floats]:
    """Each measure of one panel, per question."""
    members = list(panel)
    right, equal = pool.codes[:, members] == 0, pool.equal[:, members][:, :, members]
    odds = pool.weights[:, members]
    weights = odds[pool.half]
    ranked = np.argsort(-odds, axis=1, kind="stable")[pool.half]
    best, second = ranked[:, 0], ranked[:, 1]
    rows = np.arange(len(right))
    weighted = expected(equal, right, weights)
    agree = equal[rows, best, second]
    together = equal[:, 0].all(1)
    led, used = stop_at_lead(pool.codes[:, members], rng, lead=2)
    sure, counted = stop_at_lead(pool.codes[:, members], rng, lead=None)
    return {
        "mean": right.mean(1),
        "best single": right[rows, best].astype(float),
        "plurality": expected(equal, right, np.ones(weights.shape)),
        "log-odds": weighted,
        "oracle": right.any(1).astype(float),
        "unanimous": together.astype(float),
        "unanimous and right": (together & right[:, 0]).astype(float),
        "lead 2": led,
        "lead 2 answers": used,
        "unassailable": sure,
        "unassailable answers": counted,
        "escalate": np.where(agree, right[rows, best], weighted),
        "escalate calls": np.where(agree, 2.0, len(members)),
    }


def expected(equal: Bools, right: Bools, weights: Floats) -> Floats:
    """P(right) (questions,) of the weighted count, ties drawn. `equal` (questions, n, n) holds no answer for equal."""
    total = np.einsum("qij,qj->qi", equal, weights)
    answered = np.diagonal(equal, axis1=1, axis2=2)
    leading = answered & (total >= total.max(1, keepdims=True) - NEAR)
    tied = (leading / np.maximum(1, equal.sum(2))).sum(1)
    return np.asarray((leading & right).any(1) / np.maximum(1.0, tied))


def stop_at_lead(codes: NDArray[np.int64], rng: Generator, lead: int | None) -> tuple[Floats, Floats]:
    """P(right) and the answers counted (questions,), in a random order of arrival: until one answer is so far ahead, or
    (None) further than all answers still missing."""
    questions, n = codes.shape
    arrived = rng.permuted(codes, axis=1)
    tally = np.zeros((questions, int(codes.max(initial=0)) + 2), np.int8)
    going, right, used = np.arange(questions), np.zeros(questions), np.full(questions, float(n))
    for k in range(1, n + 1):
        said = arrived[going, k - 1]
        tally[going[said >= 0], said[said >= 0]] += 1
        top = tally[going].max(1)
        leads = top - np.partition(tally[going], -2, axis=1)[:, -2]
        needed = n - k + 1 if lead is None else lead
        ends = (leads >= needed) | (k == n)
        held, peak = tally[going[ends]], top[ends]
        tied = (held == peak[:, None]).sum(1)
        right[going[ends]] = ((held[:, 0] == peak) & (peak > 0)) / tied
        used[going[ends]] = k
        going = going[~ends]
    return right, used
