"""What is known exactly, to hold the simulation against."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import product


def condorcet(n: int, p: float) -> float:
    """P(a majority of n independent agents is right), two options, n odd (Condorcet 1785)."""
    return sum(math.comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(n // 2 + 1, n + 1))


def weighted_majority(p: Sequence[float], weights: Sequence[float]) -> float:
    """P(a weighted majority of independent agents is right), two options; a balance counts half."""
    total = 0.0
    for right in product((True, False), repeat=len(p)):
        chance = math.prod(x if ok else 1 - x for x, ok in zip(p, right, strict=True))
        lead = sum(w if ok else -w for w, ok in zip(weights, right, strict=True))
        total += chance * (0.5 if abs(lead) < 1e-12 else float(lead > 0))
    return total


def oracle(p: Sequence[float]) -> float:
    """P(at least one of independent agents is right)."""
    return 1 - math.prod(1 - x for x in p)


def coincidence(c: float, options: int) -> float:
    """P(two wrong answers are the same)."""
    return c * c + (1 - c) ** 2 / (options - 2)


def waiting(k: int, n: int) -> float:
    """The mean time until k of n calls are back, exponential with mean 1."""
    return sum(1 / i for i in range(n - k + 1, n + 1))
