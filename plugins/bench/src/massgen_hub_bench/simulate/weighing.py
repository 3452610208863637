"""Weights learned from tasks whose outcome is known."""

from __future__ import annotations

import numpy as np

from ..results import Chart, Estimate, Series, Table, exact, row
from ..stats import mean, share
from .counting import chosen
from .limits import UNEQUAL
from .study import Experiment, Found, Study
from .world import Floats, Ints, draw_answers, log_odds

DRAWS = 60
PAST = (5, 10, 20, 50, 200)
RHO = 0.3


def learned(hits: Ints, tasks: int) -> Floats:
    """Log-odds of agents that were right in so many of the tasks: shrunk (Laplace), never below 0."""
    return np.maximum(log_odds((hits + 1) / (tasks + 2)), 0.0)


def learned_weights(study: Study) -> Found:
    """The accuracy of a weighted count, by how many outcomes the weights were learned from."""
    answers = draw_answers(study.rng, study.questions, UNEQUAL, RHO)
    count = share(chosen(study.rng, answers) == 0)
    true = share(chosen(study.rng, answers, log_odds(UNEQUAL)) == 0)
    rows = [row("plurality", values=[count, None]), row("true weights", values=[true, None])]
    curve: list[Estimate] = []
    for tasks in PAST:
        found = []
        for _ in range(DRAWS):
            hits = (draw_answers(study.rng, tasks, UNEQUAL, RHO) == 0).sum(0)
            found.append(float((chosen(study.rng, answers, learned(hits, tasks)) == 0).mean()))
        curve.append(mean(found))
        rows.append(row(f"learned from {tasks}", values=[curve[-1], exact(min(found))]))
    heads = ("accuracy", f"worst of {DRAWS} draws")
    x = tuple(map(float, PAST))
    chart = Chart(
        title="Learned weights",
        x_label="tasks with a known outcome",
        y_label="accuracy (share of questions)",
        series=(
            Series(name="learned weights", x=x, y=tuple(curve)),
            Series(name="true weights", x=x, y=(true,) * len(x)),
            Series(name="best single", x=x, y=(exact(max(UNEQUAL)),) * len(x)),
            Series(name="plurality", x=x, y=(count,) * len(x)),
        ),
    )
    return (Table(title="Agents of .9 .7 .6 .6 .55, rho = .3", labels=("weights",), heads=heads, rows=tuple(rows)),), (
        chart,
    )


WEIGHTS = Experiment(
    name="weights",
    title="Learned weights",
    about="Log-odds weights, smoothed and floored at 0, learned from past tasks; the interval is over "
    "draws of the past.",
    work=learned_weights,
)
