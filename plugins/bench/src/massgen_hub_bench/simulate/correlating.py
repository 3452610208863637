"""Correlated errors: what kills a majority."""

from __future__ import annotations

from ..results import Chart, Estimate, Series, Table, exact, row
from ..stats import proportion, share
from .counting import chosen
from .study import Experiment, Found, Study
from .world import PANEL, draw_answers, log_odds

CELLS = ((0.0, 0.1), (0.0, 0.3), (0.3, 0.3), (0.5, 0.3), (0.7, 0.3), (0.9, 0.3), (0.7, 0.8), (0.9, 0.8))
HEADS = ("plurality", "log-odds", "oracle", "unanimous", "right if unanimous")


def cell(study: Study, rho: float, c: float) -> list[Estimate | None]:
    """One line of the table."""
    answers = draw_answers(study.rng, study.questions, PANEL, rho, c=c)
    right = answers == 0
    together = (answers == answers[:, :1]).all(1)
    return [
        share(chosen(study.rng, answers) == 0),
        share(chosen(study.rng, answers, log_odds(PANEL)) == 0),
        share(right.any(1)),
        share(together),
        proportion(int(right[together, 0].sum()), int(together.sum())),
    ]


def correlation(study: Study) -> Found:
    """Accuracy against the correlation of errors."""
    found = {(rho, c): cell(study, rho, c) for rho, c in CELLS}
    rows = tuple(row(f"{rho:g}", f"{c:g}", values=values) for (rho, c), values in found.items())
    table = Table(title="Panel .75 .70 .65 .60 .55; best single .750", labels=("rho", "c"), heads=HEADS, rows=rows)
    at = [(rho, values) for (rho, c), values in found.items() if c == 0.3]
    x = tuple(rho for rho, _ in at)
    curves = [
        Series(name=name, x=x, y=tuple(each for _, values in at if (each := values[place]) is not None))
        for place, name in enumerate(HEADS[:3])
    ]
    curves.append(Series(name="best single", x=x, y=tuple(exact(max(PANEL)) for _ in x)))
    chart = Chart(
        title="Correlated errors (c = .3)",
        x_label="correlation of errors rho",
        y_label="accuracy (share of questions)",
        series=tuple(curves),
    )
    return (table,), (chart,)


CORRELATION = Experiment(
    name="correlation",
    title="Correlation",
    about="The more agents err together (rho), and the more often on the same wrong answer (c), the less a majority "
    "adds to the best single agent.",
    work=correlation,
)
