"""Votes by judges: which rule, which order of display, votes for agents or for equal answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from massgen_hub.consensus.rules import RULES, Rule

from ..results import Chart, Estimate, Series, Table, row
from ..stats import share
from .counting import chosen
from .election import elect, tallies
from .study import Experiment, Found, Study
from .world import PANEL, Floats, Ints, Judges, appeal, draw_answers, pull, shuffled_places

BY_NAME = {rule.name: rule for rule in RULES}
ACCURACY = "accuracy (share of questions)"
Cells = Mapping[tuple[float, float, bool], Sequence[Estimate]]
"""By d, b, and whether a voter sees its own answer: the accuracy of each rule."""


def right_of(answers: Ints, winners: Ints) -> Estimate:
    """How often the winning candidate, an agent's answer, is right."""
    return share(np.take_along_axis(answers, winners[:, None], 1)[:, 0] == 0)


BIASES = ((0.0, True), (2.0, True), (4.0, True), (4.0, False))
"""Bias for the own answer, and whether a voter sees its own."""
PICTURED = 1.0
"""The quality of judges at which rules are drawn side by side."""


def rules_and_judges(study: Study) -> Found:
    """Every rule, by quality of the judges and their bias for their own answer."""
    answers = draw_answers(study.rng, study.questions, PANEL, 0.5)
    found: dict[tuple[float, float, bool], list[Estimate]] = {}
    for d in (0.0, 0.5, 1.0, 2.0, 3.0):
        for own, seen in BIASES:
            utilities = appeal(answers, Judges(d=d, own=own)) + study.rng.gumbel(size=(study.questions, 5, 5))
            cell = [right_of(answers, elect(rule, utilities, study.seed, own=seen)) for rule in RULES]
            found[d, own, seen] = cell
    table = Table(
        title="Panel .75 .70 .65 .60 .55, rho = .5",
        labels=("d", "b", "own answer"),
        heads=tuple(rule.name for rule in RULES),
        rows=tuple(
            row(f"{d:g}", f"{own:g}", "kept" if seen else "hidden", values=[*cell])
            for (d, own, seen), cell in found.items()
        ),
    )
    return (table,), (side_by_side(found), by_quality(found))


def side_by_side(found: Cells) -> Chart:
    """The rules at one quality of judges, a series a bias."""
    places = tuple(float(place) for place in range(len(RULES)))
    series = [
        Series(
            name=f"b = {own:g}" + ("" if seen else ", own answer hidden"), x=places, y=tuple(found[PICTURED, own, seen])
        )
        for own, seen in BIASES
    ]
    return Chart(
        title=f"Rules, judges of d = {PICTURED:g}",
        x_label=ACCURACY,
        y_label="",
        series=tuple(series),
        kind="rows",
        ticks=tuple(rule.name for rule in RULES),
    )


def by_quality(found: Cells) -> Chart:
    """One line a rule, over the quality of unbiased judges."""
    cells = {d: cell for (d, own, _), cell in found.items() if own == 0}
    curves = [
        Series(name=rule.name, x=tuple(cells), y=tuple(cell[i] for cell in cells.values()))
        for i, rule in enumerate(RULES)
    ]
    return Chart(
        title="Rules, unbiased judges", x_label="discrimination d of the judges", y_label=ACCURACY, series=tuple(curves)
    )


def position_bias(study: Study) -> Found:
    """One order for all with ties to the first, one order for all, an order per voter."""
    answers = draw_answers(study.rng, study.questions, PANEL[::-1], 0.5)
    shape, fixed = (study.questions, 5, 5), pull(np.arange(5), 5)
    rows, curves = [], []
    for name in ("plurality", "borda", "copeland"):
        kept = []
        for bias in (0.0, 0.5, 1.0, 2.0):
            base = appeal(answers, Judges(d=1.5)) + study.rng.gumbel(size=shape)
            mixed = base + bias * pull(shuffled_places(study.rng, shape), 5)
            values = _orders(study, BY_NAME[name], answers, base + bias * fixed, mixed)
            rows.append(row(name, f"{bias:g}", values=[*values]))
            kept.append((bias, values))
        if name == "borda":
            curves = [
                Series(name=f"borda, {what}", x=tuple(b for b, _ in kept), y=tuple(v[i] for _, v in kept))
                for i, what in enumerate(("one order, tie to the first", "one order, tie drawn", "an order per voter"))
            ]
    heads = (
        "one order, tie to first",
        "one order, tie drawn",
        "per voter",
        "first wins, one order",
        "first wins, per voter",
    )
    table = Table(title="d = 1.5, weakest listed first", labels=("rule", "pi"), heads=heads, rows=tuple(rows))
    chart = Chart(
        title="Bias for the top of the list", x_label="position bias pi", y_label=ACCURACY, series=tuple(curves)
    )
    return (table,), (chart,)


def _orders(study: Study, rule: Rule, answers: Ints, fixed: Floats, mixed: Floats) -> list[Estimate]:
    first = right_of(answers, first_of_tied(rule, fixed))
    drawn, per_voter = elect(rule, fixed, study.seed), elect(rule, mixed, study.seed)
    shares = [share(drawn == 0), share(per_voter == 0)]
    return [first, right_of(answers, drawn), right_of(answers, per_voter), *shares]


def first_of_tied(rule: Rule, utilities: Floats) -> Ints:
    """The winners as a tool decides that gives a tie to the first listed: the hub's scores, not its tie-break."""
    return np.array([min(int(name[1:]) for name in tally.winners) for tally in tallies(rule, utilities) if tally])


def clusters(study: Study) -> Found:
    """Votes for agents, votes for equal answers, and the mere count of answers."""
    answers = draw_answers(study.rng, study.questions, [0.6] * 7, 0.4)
    counted, rows = share(chosen(study.rng, answers) == 0), []
    for d in (0.5, 1.0, 2.0):
        for belief in (0.0, 1.0, 3.0):
            noise = study.rng.gumbel(size=(study.questions, 7, 7))
            utilities = appeal(answers, Judges(d=d, belief=belief)) + noise
            for_agents = right_of(answers, elect(BY_NAME["plurality"], utilities, study.seed))
            voted = np.take_along_axis(answers, utilities.argmax(-1), 1)
            for_answers = share(chosen(study.rng, voted) == 0)
            rows.append(row(f"{d:g}", f"{belief:g}", values=[for_agents, for_answers, counted]))
    heads = ("votes for agents", "votes for answers", "count of answers")
    return (Table(title="Seven agents of .6, rho = .4", labels=("d", "s"), heads=heads, rows=tuple(rows)),), ()


RULES_AND_JUDGES = Experiment(
    name="rules",
    title="Rules and judges",
    about="d is how well judges tell right from wrong (1: the right one of a pair in 73 %), b how much they prefer "
    "their own answer. Hidden: a voter does not see its own.",
    work=rules_and_judges,
)
POSITION = Experiment(
    name="position",
    title="Position bias",
    about="Judges prefer the top of the list by pi. One order for all voters carries the bias into the result; an "
    "order drawn for each voter cancels most of it.",
    work=position_bias,
)
CLUSTERS = Experiment(
    name="clusters",
    title="Equal answers",
    about="The same ballots counted for agents and for equal answers. s is how much a voter believes in its own "
    "answer.",
    work=clusters,
)
