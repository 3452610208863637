"""When to stop counting: accuracy, answers, time."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..results import Chart, Estimate, Series, Table, row
from ..stats import mean, share
from .counting import stopped
from .study import Experiment, Found, Study
from .world import draw_answers, latencies

AGENTS = 7
NEVER = AGENTS + 1
STOPS: dict[str, Callable[[int], int]] = {
    "wait for all": lambda _: NEVER,
    "unassailable lead": lambda k: AGENTS - k + 1,
    "lead of 2": lambda _: 2,
    "lead of 3": lambda _: 3,
    "first two agree, else all": lambda k: 2 if k == 2 else NEVER,
}


def stopping(study: Study) -> Found:
    """Seven equal agents whose answers come in one by one."""
    answers = draw_answers(study.rng, study.questions, [0.7] * AGENTS, 0.5)
    latency = latencies(study.rng, study.questions, AGENTS)
    last, rows, points = latency.max(1).mean(), [], []
    for name, needed in STOPS.items():
        winner, used, spent = stopped(np.random.default_rng(study.seed), answers, latency, needed)
        accuracy, time = share(winner == 0), mean(spent)
        part = Estimate(value=float(spent.mean() / last))
        rows.append(row(name, values=[accuracy, mean(used), time, part]))
        points.append(Series(name=name, x=(time.value,), y=(accuracy,)))
    table = Table(
        title="Seven agents of .7, rho = .5",
        labels=("stop",),
        heads=("accuracy", "answers counted", "time (median calls)", "of the time for all"),
        rows=tuple(rows),
    )
    chart = Chart(
        title="Stopping early",
        x_label="time to the decision (median calls)",
        y_label="accuracy (share of questions)",
        series=tuple(points),
        kind="points",
    )
    return (table,), (chart,)


STOPPING = Experiment(
    name="stopping",
    title="Stopping",
    about="Answers are counted as they come in. An unassailable lead is one that the answers still missing cannot "
    "undo: it changes no winner. Latency is lognormal; the median call is the unit.",
    work=stopping,
)
