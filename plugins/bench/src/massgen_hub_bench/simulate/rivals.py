"""What other tools do, as far as their code, or that of forks, tells; the rest is an assumption and named so."""

from __future__ import annotations

import numpy as np

from .scene import Order, Outcome, Scene, of_agents
from .world import Floats, Ints

RESTARTS = (0.5, 0.25, 0.1, 0.0)
"""Assumed: the chance that an agent hands in a new answer instead of a vote, by round. Any new answer restarts all."""
PRESENTING = len(RESTARTS) + 1
"""The stage in which the winner presents."""
SWAY = 1.0
"""Assumed: the pull of the mean rank on LLM Council's chairman, in units of utility from best to middle."""
ABOUT = (
    "MassGen 0.1.97-like: its display, votes, ties, restarts and presentation as released; the chances of a new answer "
    "(.5, .25, .1) are assumed, and its agents wait for each other, as the real ones do not. LLM Council: "
    "modelled from forks of it (its own source was not at hand); how its chairman weighs the rankings is assumed. "
    "Both list equal answers several times, and judges err on each text anew: what is said often is liked more there."
)


def massgen_like(scene: Scene, order: Order) -> Outcome:
    """MassGen 0.1.97: answers in the order of the agents' ids, turned so that the voter's own comes last; a vote for an
    agent, the own one allowed; a tie to the first registered; any new answer clears all votes; the winner presents.

    Assumed: the chances of a new answer, that agents wait for each other (they do not), and that what is presented is
    what was voted for (a new text is written).
    """
    n, answers = scene.agents, scene.answers
    active = np.ones(scene.questions, bool)
    won, decided = np.zeros(scene.questions, np.int64), np.zeros(scene.questions, np.int64)
    calls, time = np.full(scene.questions, float(n)), scene.times(0).max(1)
    for stage, chance in enumerate(RESTARTS, 1):
        liked = scene.tastes(answers, stage, answers >= 0, own_last(n)).argmax(-1)
        new = (scene.rng("restarts", stage).random(answers.shape) < chance) & active[:, None]
        settled = active & ~new.any(1)
        won = np.where(settled, most_votes(liked, order), won)
        decided = np.where(settled, of_agents(answers, won), decided)
        answers = np.where(new, scene.revised(answers, np.take_along_axis(answers, liked, 1), stage), answers)
        calls, time = calls + n * active, time + scene.times(stage).max(1) * active
        active &= ~settled
    return Outcome(answer=decided, calls=calls + 1, time=time + of_agents(scene.times(PRESENTING), won))


def own_last(n: int) -> Floats:
    """(voters, n): where each voter sees each answer, in the order of ids, its own last."""
    return np.asarray((np.arange(n) - np.arange(n)[:, None] - 1) % n, np.float64)


def most_votes(votes: Ints, order: Order) -> Ints:
    """The agent with most votes (Q, n); a tie goes to the one registered first."""
    held = np.asarray(order)
    counts = (votes[:, :, None] == held).sum(1)
    return np.asarray(held[counts.argmax(1)])


def mean_ranks(utilities: Floats) -> Floats:
    """The mean place (Q, n) of each answer over all rankings, 0 is the top."""
    return np.asarray((-utilities).argsort(-1, kind="stable").argsort(-1).mean(1))


def _judged(scene: Scene, order: Order, stage: int) -> Floats:
    """Utilities of all answers in the order of registration, the same for everybody."""
    return scene.tastes(scene.answers, stage, scene.given, np.argsort(order).astype(float))


def council_ranking(scene: Scene, order: Order) -> Outcome:
    """LLM Council without its chairman: full rankings of all answers, the own one included, names hidden, the same
    order for everybody, sorted by mean rank; a stable sort leaves a tie to the first registered."""
    held = list(order)
    ranks = mean_ranks(_judged(scene, order, 1))[:, held]
    answer = of_agents(scene.answers[:, held], ranks.argmin(1))
    time = scene.times(0).max(1) + scene.times(1).max(1)
    return Outcome(answer=answer, calls=np.full(scene.questions, 2 * scene.agents), time=time)


def council(scene: Scene, order: Order) -> Outcome:
    """LLM Council: the chairman reads answers and rankings and writes the final answer. Here it takes over the
    answer it likes best, swayed by the mean rank; the chairman is the best agent."""
    ranked = council_ranking(scene, order)
    chairman = scene.weights.argmax(1)
    standing = 1 - 2 * mean_ranks(_judged(scene, order, 1)) / max(1, scene.agents - 1)
    liking = _judged(scene, order, 2)[np.arange(scene.questions), chairman] + SWAY * standing
    return Outcome(
        answer=of_agents(scene.answers, liking.argmax(1)),
        calls=ranked.calls + 1,
        time=ranked.time + of_agents(scene.times(2), chairman),
    )
