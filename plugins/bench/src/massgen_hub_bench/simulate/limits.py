"""Closed forms beside what the simulation gives: the simulation can be trusted where these agree."""

from __future__ import annotations

import numpy as np

from ..results import Chart, Estimate, Series, Table, exact, row
from ..stats import mean, share
from .closed import coincidence, condorcet, oracle, waiting, weighted_majority
from .counting import chosen
from .refining import adopt
from .study import Experiment, Found, Study
from .world import draw_answers, log_odds

UNEQUAL = (0.9, 0.7, 0.6, 0.6, 0.55)
SIZES = (1, 3, 5, 7, 9, 11, 13, 15)


def juries(study: Study, p: float) -> list[Estimate]:
    """The simulated accuracy of the majority, by number of agents."""
    return [share(chosen(study.rng, draw_answers(study.rng, study.questions, [p] * n, options=2)) == 0) for n in SIZES]


def weighing(study: Study) -> list[tuple[str, float, Estimate]]:
    """Unequal agents, two options: plurality, log-odds, and whether anybody is right."""
    answers = draw_answers(study.rng, study.questions, UNEQUAL, options=2)
    optimal = log_odds(UNEQUAL, 2)
    return [
        (
            "weighted majority, equal weights",
            weighted_majority(UNEQUAL, [1.0] * 5),
            share(chosen(study.rng, answers) == 0),
        ),
        (
            "weighted majority, log-odds",
            weighted_majority(UNEQUAL, optimal.tolist()),
            share(chosen(study.rng, answers, optimal) == 0),
        ),
        ("oracle", oracle(UNEQUAL), share((answers == 0).any(1))),
    ]


def agreeing_errors(study: Study) -> Estimate:
    """How often two agents that are both wrong say the same."""
    answers = draw_answers(study.rng, study.questions * 4, [0.5, 0.5])
    wrong = (answers > 0).all(1)
    return share(answers[wrong, 0] == answers[wrong, 1])


def martingale(study: Study) -> Estimate:
    """By how much four rounds of adoption without discrimination change the mean accuracy."""
    answers = draw_answers(study.rng, study.questions, [0.6] * 5, 0.4)
    before = (answers == 0).mean(1)
    for _ in range(4):
        answers = adopt(study.rng, answers, np.zeros(answers.shape), chance=0.5, err=0.0)
    return mean((answers == 0).mean(1) - before)


def arrivals(study: Study, k: int, n: int) -> Estimate:
    """The mean time of the k-th of n exponential calls."""
    return mean(np.sort(study.rng.exponential(1.0, (study.questions, n)), 1)[:, k - 1])


def closed_forms(study: Study) -> Found:
    """Each quantity, exact and simulated."""
    simulated = {p: juries(study, p) for p in (0.55, 0.6, 0.7)}
    lines = [(f"Condorcet, {n} agents of .7", condorcet(n, 0.7), simulated[0.7][i]) for i, n in enumerate(SIZES)]
    lines += weighing(study)
    lines.append(("same wrong answer, c = .3", coincidence(0.3, 10), agreeing_errors(study)))
    lines.append(("mean accuracy after 4 blind rounds, change", 0.0, martingale(study)))
    lines += [(f"arrival of {k} of 7", waiting(k, 7), arrivals(study, k, 7)) for k in (4, 7)]
    rows = tuple(row(name, values=[exact(known), found]) for name, known, found in lines)
    table = Table(title="Exact and simulated", labels=("quantity",), heads=("exact", "simulated"), rows=rows)
    sizes = tuple(map(float, SIZES))
    curves = tuple(Series(name=f"p = {p}", x=sizes, y=tuple(found)) for p, found in simulated.items())
    chart = Chart(
        title="Independent agents: the majority",
        x_label="agents",
        y_label="accuracy (share of questions)",
        series=curves,
    )
    return (table,), (chart,)


LIMITS = Experiment(
    name="closed-forms",
    title="Closed forms",
    about="What is known exactly, and what the simulation gives. Condorcet's jury theorem, the exact weighted majority "
    "of agents of .9 .7 .6 .6 .55, coincidence of errors, refinement without discrimination, waiting for calls.",
    work=closed_forms,
)
