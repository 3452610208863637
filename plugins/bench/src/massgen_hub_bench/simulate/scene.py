"""One world that every protocol meets alike: the same answers, tastes and times, whatever the protocol and the order in
which agents are registered. So protocols differ by what they do, not by luck. The answers are simulated or recorded;
tastes and times are always simulated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from .world import OPTIONS, Bools, Floats, Ints, Judges, appeal, draw_answers, latencies, log_odds, pull, same

CORRELATION = 0.5
ERR = 0.03
"""Chance that a revised answer is a fresh mistake."""

Number = TypeVar("Number", np.int64, np.float64)
Order = Sequence[int]
"""The agents as they are registered, first to last."""


@dataclass(frozen=True, kw_only=True)
class Scene:
    """Agents answer and judge. `answers` (Q, n) are their drafts; one without a draft is no candidate and is not
    counted, but it votes. `weights` (Q, n) is what is known of their ability, as log-odds. So many successive lines as
    `panels` are the same question, put to that many panels."""

    answers: Ints
    weights: Floats
    judges: Judges
    seed: int
    panels: int = 1

    def rng(self, what: str, stage: int = 0) -> Generator:
        """The same chance for the same purpose, whoever asks. `stage` numbers the rounds: each has noise and times of
        its own."""
        return chance(self.seed, what, stage)

    @property
    def questions(self) -> int:
        """How many lines there are: questions, times panels."""
        return len(self.answers)

    @property
    def agents(self) -> int:
        """How many."""
        return int(self.answers.shape[1])

    @property
    def given(self) -> Bools:
        """(Q, n): who has an answer."""
        return self.answers >= 0

    def times(self, stage: int) -> Floats:
        """How long each agent's call of this stage takes (Q, n)."""
        return latencies(self.rng("times", stage), self.questions, self.agents)

    def tastes(self, answers: Ints, stage: int, shown: Bools, lots: NDArray[np.float64] | None = None) -> Floats:
        """Utilities (Q, voters, n) of the answers shown (Q, n); those of the others are -inf. `lots`, of that shape or
        one that spreads to it, sort the display: the lowest is at the top (None: drawn for each voter)."""
        shape = (self.questions, self.agents, self.agents)
        noise = self.rng("noise", stage).gumbel(size=shape)
        drawn = self.rng("places", stage).random(shape) if lots is None else np.broadcast_to(lots, shape)
        visible = shown[:, None, :]
        places = np.where(visible, drawn, np.inf).argsort(-1).argsort(-1)
        drawn_to_top = pull(places, shown.sum(1)[:, None, None])
        utilities = appeal(answers, self.judges) + noise + self.judges.position * drawn_to_top
        return np.where(visible, utilities, -np.inf)

    def speakers(self, answers: Ints) -> Bools:
        """(Q, n): one agent of each cluster of equal answers, drawn."""
        lots = self.rng("speakers").random(answers.shape)
        better = same(answers) & (lots[:, None, :] < lots[:, :, None])
        return np.logical_not(better.any(2)) & (answers >= 0)

    def revised(self, answers: Ints, preferred: Ints, stage: int) -> Ints:
        """What agents say that adopt what they prefer, some with a fresh mistake."""
        rng = self.rng("revised", stage)
        mistakes = rng.integers(1, OPTIONS, answers.shape)
        return np.where(rng.random(answers.shape) < ERR, mistakes, preferred)


def simulated(questions: int, p: Sequence[float], judges: Judges, seed: int) -> Scene:
    """Simulated answers of agents that are right with probabilities p, which are known."""
    answers = draw_answers(chance(seed, "answers"), questions, p, CORRELATION)
    return Scene(answers=answers, weights=np.tile(log_odds(p), (questions, 1)), judges=judges, seed=seed)


def chance(seed: int, what: str, stage: int = 0) -> Generator:
    """A generator of its own for each purpose and stage."""
    return np.random.default_rng([seed, stage, *what.encode()])


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a protocol came to: the answer (-1: none), the calls started, the time in median calls; each (Q,)."""

    answer: Ints
    calls: NDArray[np.float64]
    time: Floats


def of_agents(values: NDArray[Number], agents: Ints) -> NDArray[Number]:
    """What these agents (Q,) have among values (Q, n)."""
    return np.take_along_axis(values, agents[:, None], 1)[:, 0]
