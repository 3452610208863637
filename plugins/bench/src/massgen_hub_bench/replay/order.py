"""Does the order of registration change the winner? Recorded answers, counted by the hub's own rule."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from massgen_hub.consensus.count import pick
from massgen_hub.consensus.rules import PLURALITY, Vote
from numpy.random import Generator
from numpy.typing import NDArray

from ..results import Estimate
from ..stats import share

SAMPLES = 400


def winner_of(names: Sequence[str], answers: Sequence[int], seed: int) -> int:
    """The answer that wins by the hub's plurality and tie-break; -1 without any."""
    given = [(name, code) for name, code in zip(names, answers, strict=True) if code >= 0]
    candidates = list(dict.fromkeys(f"answer {code}" for _, code in given))
    if not candidates:
        return -1
    votes = [Vote(voter=name, shown=tuple(candidates), ranking=(f"answer {code}",)) for name, code in given]
    return int(pick(PLURALITY.count(votes, candidates), seed)[0].split()[1])


def first_of_tied(answers: Sequence[int]) -> int:
    """The answer that wins where a tie goes to the first registered."""
    given = [code for code in answers if code >= 0]
    return max(given, key=lambda code: (given.count(code), -given.index(code)), default=-1)


def sensitivity(codes: NDArray[np.int64], size: int, rng: Generator) -> tuple[Estimate, Estimate]:
    """How often the winner changes when a random panel is registered in another order: ours, and tie to the first."""
    ours, first = [], []
    for sample in range(SAMPLES):
        members = rng.choice(codes.shape[1], size, replace=False)
        row, again = codes[rng.integers(len(codes))], rng.permutation(members)
        here, there = row[members].tolist(), row[again].tolist()
        names = [[f"m{member}" for member in order] for order in (members, again)]
        ours.append(winner_of(names[0], here, sample) != winner_of(names[1], there, sample))
        first.append(first_of_tied(here) != first_of_tied(there))
    return share(ours), share(first)
