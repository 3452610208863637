"""Estimates with 95 % confidence intervals."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from .results import Estimate

Z = 1.959964


def proportion(hits: float, of: int) -> Estimate | None:
    """A share with Wilson's interval (Wilson 1927); None of nothing."""
    if not of:
        return None
    share, spread = hits / of, Z * Z / of
    middle = (share + spread / 2) / (1 + spread)
    half = Z * math.sqrt(share * (1 - share) / of + spread / (4 * of)) / (1 + spread)
    return Estimate(value=share, low=max(0.0, min(share, middle - half)), high=min(1.0, max(share, middle + half)))


def share(flags: ArrayLike) -> Estimate:
    """The share of true values; at least one value is needed."""
    values = np.asarray(flags, bool)
    found = proportion(float(values.sum()), values.size)
    assert found is not None
    return found


def mean(values: ArrayLike) -> Estimate:
    """A mean with its normal interval; one value has no interval."""
    array = np.asarray(values, float)
    centre = float(array.mean())
    if array.size < 2:
        return Estimate(value=centre)
    half = Z * float(array.std(ddof=1)) / math.sqrt(array.size)
    return Estimate(value=centre, low=centre - half, high=centre + half)


def ratio(parts: ArrayLike, wholes: ArrayLike) -> Estimate | None:
    """sum(parts) / sum(wholes) over independent questions, with the interval of the linearised ratio."""
    part, whole = np.asarray(parts, float), np.asarray(wholes, float)
    if not whole.sum():
        return None
    value = float(part.sum() / whole.sum())
    half = Z * float((part - value * whole).std()) / (float(whole.mean()) * math.sqrt(whole.size))
    return Estimate(value=value, low=max(0.0, value - half), high=min(1.0, value + half))


def mcnemar(first: Sequence[bool], second: Sequence[bool]) -> tuple[int, int, float]:
    """Two graders' marks of the same questions: right only in the first, only in the second, and the exact two-sided
    probability of a split at least as uneven where both are equally good (McNemar 1947, binomial form)."""
    only_first = sum(a and not b for a, b in zip(first, second, strict=True))
    only_second = sum(b and not a for a, b in zip(first, second, strict=True))
    differing = only_first + only_second
    tail = sum(math.comb(differing, k) for k in range(min(only_first, only_second) + 1))
    return only_first, only_second, min(1.0, 2 * tail / 2**differing)
