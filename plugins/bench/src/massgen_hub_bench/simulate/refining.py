"""Refinement: agents adopt answers that they like, and err afresh."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from ..results import Chart, Estimate, Series, Table, row
from ..stats import mean, share
from .counting import chosen
from .study import Experiment, Found, Study
from .world import OPTIONS, Floats, Ints, draw_answers, same

ROUNDS = 5
SETTINGS = ((0.0, 0, 0.0), (0.0, 1, 0.0), (1.0, 0, 0.0), (1.0, 1, 0.0), (2.0, 0, 0.0), (1.0, 0, 0.05), (-0.5, 1, 0.0))
"""Discrimination, whether the share of a cluster adds to its appeal, chance of a fresh error."""


def adopt(rng: Generator, answers: Ints, liking: Floats, *, chance: float, err: float) -> Ints:
    """Every agent takes the answer it likes best with a chance, and then errs afresh with a chance. `liking` (Q, n) is
    the appeal of each agent's answer to all."""
    noise = rng.gumbel(size=(*answers.shape, answers.shape[1]))
    preferred = np.take_along_axis(answers, (liking[:, None, :] + noise).argmax(-1), 1)
    return changed(rng, answers, preferred, chance=chance, err=err)


def changed(rng: Generator, answers: Ints, preferred: Ints, *, chance: float, err: float) -> Ints:
    """The answers after each agent may have taken what it prefers, and may have erred."""
    taken = np.where(rng.random(answers.shape) < chance, preferred, answers)
    return np.where(rng.random(answers.shape) < err, rng.integers(1, OPTIONS, answers.shape), taken)


def distinct(answers: Ints) -> Ints:
    """How many different answers there are (Q,)."""
    ordered = np.sort(answers, 1)
    return np.asarray(1 + (ordered[:, 1:] != ordered[:, :-1]).sum(1))


def course(study: Study, d: float, conformity: int, err: float) -> list[tuple[Estimate, Estimate, Estimate]]:
    """By round: mean accuracy, accuracy of the majority, different answers."""
    answers = draw_answers(study.rng, study.questions, [0.6] * 5, 0.4)
    found = []
    for _ in range(ROUNDS):
        right = answers == 0
        found.append((mean(right.mean(1)), share(chosen(study.rng, answers) == 0), mean(distinct(answers))))
        liking = d * right + 3.0 * conformity * same(answers).mean(2)
        answers = adopt(study.rng, answers, liking, chance=0.5, err=err)
    return found


def refinement(study: Study) -> Found:
    """Rounds of talk before the count."""
    rows, curves = [], []
    rounds = tuple(float(r) for r in range(ROUNDS))
    for d, conformity, err in SETTINGS:
        found = course(study, d, conformity, err)
        for place, what in enumerate(("mean accuracy", "majority", "different answers")):
            rows.append(row(f"{d:g}", f"{conformity}", f"{err:g}", what, values=[each[place] for each in found]))
        if err == 0 and d in (0.0, 1.0):
            name = f"d = {d:g}, {'conformity' if conformity else 'no conformity'}"
            curves.append(Series(name=name, x=rounds, y=tuple(each[1] for each in found)))
    table = Table(
        title="Five agents of .6, rho = .4",
        labels=("d", "conformity", "err", "measure"),
        heads=tuple(f"round {r}" for r in range(ROUNDS)),
        rows=tuple(rows),
    )
    chart = Chart(
        title="The majority after rounds of refinement",
        x_label="rounds of refinement",
        y_label="accuracy (share of questions)",
        series=tuple(curves),
    )
    return (table,), (chart,)


REFINEMENT = Experiment(
    name="refinement",
    title="Refinement",
    about="Agents see each other's answers and may adopt one before the count. Without discrimination (d = 0) the mean "
    "accuracy cannot change (a martingale), but diversity is lost, and with it the majority's accuracy.",
    work=refinement,
)
