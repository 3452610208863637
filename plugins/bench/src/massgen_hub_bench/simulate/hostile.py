"""What goes wrong: strategic adversaries, and calls that fail."""

from __future__ import annotations

import numpy as np
from massgen_hub.consensus.rules import RULES

from ..results import Chart, Estimate, Series, Table, row
from ..stats import share
from .counting import chosen
from .election import elect
from .judging import ACCURACY, right_of
from .study import Experiment, Found, Study
from .world import Bools, Floats, Ints, Judges, appeal, draw_answers

AGENTS = 7


def attacked(study: Study, answers: Ints, bad: Bools, persuasion: float) -> Floats:
    """Utilities where the bad rank their own clique first and right answers last, and the honest are persuaded."""
    base = appeal(answers, Judges(d=2.0, own=0.5)) + persuasion * bad
    noise = study.rng.gumbel(size=base.shape)
    scheming = noise + 1e3 * bad - 1e2 * (answers == 0)[:, None, :]
    return np.where(bad[None, :, None], scheming, base + noise)


def adversaries(study: Study) -> Found:
    """f of seven agents vote together for their own wrong answer."""
    rows = []
    curves: dict[str, list[Estimate]] = {name: [] for name in (*(rule.name for rule in RULES), "equal answers")}
    for persuasion in (0.0, 1.5):
        for f in range(5):
            bad = np.arange(AGENTS) < f
            answers = draw_answers(study.rng, study.questions, [0.7] * AGENTS, 0.4)
            answers[:, bad] = 1
            utilities = attacked(study, answers, bad, persuasion)
            found = {rule.name: right_of(answers, elect(rule, utilities, study.seed)) for rule in RULES}
            found["equal answers"] = share(chosen(study.rng, answers) == 0)
            known = share(chosen(study.rng, answers, np.asarray(~bad, float)) == 0)
            rows.append(row(f"{f}", f"{persuasion:g}", values=[*found.values(), known]))
            if persuasion == 0:
                for name, each in found.items():
                    curves[name].append(each)
    heads = (*curves, "known adversaries")
    table = Table(
        title="Seven agents of .7, rho = .4, d = 2, b = .5", labels=("f", "beta"), heads=heads, rows=tuple(rows)
    )
    x = tuple(map(float, range(5)))
    chart = Chart(
        title="Strategic adversaries, not persuasive",
        x_label="adversaries among seven agents",
        y_label=ACCURACY,
        series=tuple(Series(name=name, x=x, y=tuple(found)) for name, found in curves.items()),
    )
    return (table,), (chart,)


def failures(study: Study) -> Found:
    """Calls are lost with probability phi, each attempt of its own."""
    rows = []
    for phi in (0.05, 0.2, 0.5):
        for retries in (0, 1, 2):
            answers = draw_answers(study.rng, study.questions, [0.7] * AGENTS, 0.4)
            arrived = study.rng.random(answers.shape) >= phi ** (retries + 1)
            right = chosen(study.rng, answers, valid=arrived) == 0
            shares = [share(arrived.sum(1) >= needed) for needed in (1, 4, AGENTS)]
            rows.append(row(f"{phi:g}", f"{retries}", values=[*shares, share(right)]))
    heads = ("any answer", "quorum of 4", "all 7", "accuracy over all runs")
    return (Table(title="Seven agents of .7, rho = .4", labels=("phi", "retries"), heads=heads, rows=tuple(rows)),), ()


ADVERSARIES = Experiment(
    name="adversaries",
    title="Adversaries",
    about="f of seven agents agree on one wrong answer, rank it first and bury right ones; beta persuades the honest. "
    "The count of equal answers has no voter to persuade. Known: the adversaries' weight is 0.",
    work=adversaries,
)
FAILURES = Experiment(
    name="failures",
    title="Failures",
    about="Each attempt of a call is lost with probability phi. A protocol that needs every reply seldom ends; a "
    "quorum nearly always does.",
    work=failures,
)
