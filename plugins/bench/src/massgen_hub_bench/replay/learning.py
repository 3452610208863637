"""How many known outcomes the hub's weights need: learned from a few questions of one half, scored on the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from ..results import Chart, Estimate, Series, Table, row
from ..stats import mean
from .panels import Bools, Floats, Pool, expected, learned, panels

KNOWN = (5, 10, 30, 100)
Curve = Mapping[int, Estimate]
"""The accuracy of a weighted count by the number of known outcomes; 0 is plurality."""


def curve(pool: Pool, size: int, seed: int) -> Curve:
    """Every panel learns from a draw of its own. Numbers of outcomes that half of the questions do not have are left
    out."""
    rng = np.random.default_rng([seed, size, *KNOWN])
    fewest = int(np.bincount(pool.half).min())
    known = (0, *(number for number in KNOWN if number <= fewest))
    found = {number: np.zeros(len(pool.codes)) for number in known}
    every = [*panels(pool, size)]
    for panel in every:
        members = list(panel)
        right, equal = pool.codes[:, members] == 0, pool.equal[:, members][:, :, members]
        for number in known:
            found[number] += expected(equal, right, weights(pool.half, right, number, rng)) / len(every)
    return {number: mean(values) for number, values in found.items()}


def weights(half: NDArray[np.int64], right: Bools, known: int, rng: Generator) -> Floats:
    """(questions, agents): for each question the weights learned from so many of the other half."""
    drawn = [rng.choice(np.flatnonzero(half != side), known, replace=False) for side in (0, 1)]
    return np.array([learned(right[questions]) for questions in drawn])[half]


def table(sizes: Sequence[int], found: Sequence[Curve]) -> Table:
    """A line a size of panel."""
    rows = [
        row(f"{size}", values=[each.get(known) for known in (0, *KNOWN)])
        for size, each in zip(sizes, found, strict=True)
    ]
    return Table(
        title="Weights learned from N known tasks; fewer than 10 are not used",
        labels=("agents",),
        heads=("plurality", *(f"N = {known}" for known in KNOWN)),
        rows=tuple(rows),
    )


def chart(title: str, sizes: Sequence[int], found: Sequence[Curve]) -> Chart:
    """A line a size, over the number of known outcomes."""
    series = tuple(
        Series(name=f"{size} agents", x=tuple(map(float, each)), y=tuple(each.values()))
        for size, each in zip(sizes, found, strict=True)
    )
    return Chart(
        title=f"{title}: learned weights",
        x_label="tasks with a known outcome",
        y_label="accuracy (share of questions)",
        series=series,
    )
