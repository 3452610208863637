"""The model: who answers what, and what voters think of it.

Shapes: Q questions, n agents, m candidates. Answers (Q, n) are integers, 0 is right, 1 the question's attractor, -1 no
answer. Utilities (Q, voters, candidates).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

OPTIONS = 10
PANEL = (0.75, 0.70, 0.65, 0.60, 0.55)
LATENCY_SPREAD = 0.8
"""Of the logarithm of a call's time; the median call is the unit of time."""


@dataclass(frozen=True, kw_only=True)
class Judges:
    """How voters judge: discrimination, bias for the own text, belief in the own answer, bias for the top place."""

    d: float
    own: float = 0.0
    belief: float = 0.0
    position: float = 0.0


def draw_answers(
    rng: Generator, questions: int, p: Sequence[float], rho: float = 0.0, *, options: int = OPTIONS, c: float = 0.3
) -> Ints:
    """Answers (Q, n) of agents that are right with probabilities p; rho is the tetrachoric correlation of errors."""
    shape = (questions, len(p))
    trouble = math.sqrt(rho) * rng.standard_normal((questions, 1)) + math.sqrt(1 - rho) * rng.standard_normal(shape)
    right = trouble < np.array([NormalDist().inv_cdf(each) for each in p])
    elsewhere = rng.integers(2, options, shape) if options > 2 else np.ones(shape, np.int64)
    wrong = np.where(rng.random(shape) < c, 1, elsewhere)
    return np.where(right, 0, wrong)


def latencies(rng: Generator, questions: int, agents: int) -> Floats:
    """Times of calls (Q, n), in median calls."""
    return rng.lognormal(0.0, LATENCY_SPREAD, (questions, agents))


def same(answers: Ints) -> Bools:
    """(Q, n, n): whether two agents gave the same answer; no answer is like none."""
    return np.equal(answers[:, :, None], answers[:, None, :]) & (answers >= 0)[:, :, None]


def appeal(answers: Ints, judges: Judges) -> Floats:
    """The utilities (Q, n, n) of the agents' answers before position and noise."""
    base = judges.d * (answers == 0)[:, None, :] + judges.belief * same(answers)
    return np.asarray(base + judges.own * np.eye(answers.shape[1]), np.float64)


def shuffled_places(rng: Generator, shape: tuple[int, ...]) -> Ints:
    """Where each voter sees each candidate, drawn per voter; 0 is the top."""
    return rng.random(shape).argsort(-1).argsort(-1)


def pull(places: NDArray[Any], shown: int | Ints) -> Floats:
    """The pull of a place in a list of so many: 1 at the top, -1 at the end."""
    return np.asarray(1 - 2 * np.asarray(places, np.float64) / np.maximum(1, np.asarray(shown) - 1), np.float64)


def log_odds(p: Sequence[float] | Floats, options: int = OPTIONS) -> Floats:
    """The optimal weights of agents that are right with probabilities p (Nitzan and Paroush 1982)."""
    share = np.clip(np.asarray(p, np.float64), 1e-3, 1 - 1e-3)
    return np.log((options - 1) * share / (1 - share))
