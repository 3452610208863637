"""Whole protocols in one world: accuracy, calls, time, and whether the order of registration matters."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np
from massgen_hub.consensus.rules import BORDA, PLURALITY
from numpy.typing import ArrayLike

from ..results import Chart, Estimate, Row, Series, Table, row
from ..stats import mean, share
from . import ours, rivals
from .scene import Order, Outcome, Scene, simulated
from .study import Experiment, Found, Study
from .world import PANEL, Judges

Protocol = Callable[[Scene, Order], Outcome]
Worlds = Mapping[float, Scene]
"""The same agents with judges of each quality d."""

PROTOCOLS: dict[str, Protocol] = {
    "best single (if known)": ours.best_single,
    "plain majority": ours.majority,
    "majority, lead of 2": ours.lead_of_two,
    "best pair, then weights": ours.pair,
    "pair, then rounds": lambda scene, order: ours.pair_then_rounds(scene, order, BORDA),
    "rounds (gate, borda)": lambda scene, order: ours.rounds(scene, order, BORDA),
    "rounds (gate, plurality)": lambda scene, order: ours.rounds(scene, order, PLURALITY),
    "rounds, gate off": lambda scene, order: ours.rounds(scene, order, BORDA, gate=False),
    "rounds, drafts not counted": lambda scene, order: ours.rounds(scene, order, BORDA, drafts=False),
    "gate off, drafts not counted": lambda scene, order: ours.rounds(scene, order, BORDA, gate=False, drafts=False),
    "one refinement, then vote": lambda scene, order: ours.refined_once(scene, order, BORDA),
    "MassGen 0.1.97-like": rivals.massgen_like,
    "LLM Council, mean rank": rivals.council_ranking,
    "LLM Council, chairman (assumed)": rivals.council,
}
COSTS = ("calls", "time (median calls)")
QUALITIES = (0.0, 0.75, 1.5, 3.0)
USUAL = 1.5
BIASED = Judges(d=USUAL, own=2.0, belief=1.0, position=1.0)
ORDERS: tuple[Order, ...] = ((0, 1, 2, 3, 4), (4, 3, 2, 1, 0), (2, 4, 0, 3, 1), (1, 0, 4, 2, 3))
"""Of registration: the best first, the weakest first, and two others."""
JUDGED = "b = 2, s = 1, pi = 1; best registered first; calls, time and order at d = 1.5"


def per_question(values: ArrayLike, panels: int) -> Estimate:
    """The mean; lines of one question are no independent draws."""
    return mean(np.asarray(values, float).reshape(-1, panels).mean(1))


def accuracy(outcome: Outcome, panels: int = 1) -> Estimate:
    """How often the answer is right."""
    right = outcome.answer == 0
    return share(right) if panels == 1 else per_question(right, panels)


def line(name: str, protocol: Protocol, worlds: Worlds) -> Row:
    """One protocol in all worlds."""
    usual = worlds[USUAL]
    panels = usual.panels
    found = [protocol(usual, order) for order in ORDERS]
    values = [accuracy(found[0] if d == USUAL else protocol(world, ORDERS[0]), panels) for d, world in worlds.items()]
    values += [accuracy(found[1], panels), per_question(np.mean([each.answer == 0 for each in found], axis=0), panels)]
    values += [per_question(found[0].calls, panels), per_question(found[0].time, panels)]
    moved = np.mean([each.answer != found[0].answer for each in found[1:]], axis=0)
    return row(name, values=[*values, per_question(moved, panels)])


def compared(title: str, worlds: Worlds) -> Found:
    """All protocols in the same worlds."""
    rows = tuple(line(name, protocol, worlds) for name, protocol in PROTOCOLS.items())
    heads = (*(f"d = {d:g}" for d in worlds), "weakest first", "any order", *COSTS, "order changes winner")
    table = Table(title=title, labels=("protocol",), heads=heads, rows=rows)
    charts = tuple(against(rows, heads.index("any order"), heads.index(cost), cost) for cost in COSTS)
    return (table,), charts


def protocols(study: Study) -> Found:
    """All protocols over the same simulated questions."""
    worlds = {d: simulated(study.questions, PANEL, replace(BIASED, d=d), study.seed) for d in QUALITIES}
    return compared(f"Panel .75 .70 .65 .60 .55, rho = .5, {JUDGED}", worlds)


def against(rows: Sequence[Row], accuracy_at: int, cost_at: int, what: str) -> Chart:
    """Accuracy at the usual quality, over several orders of registration, against a cost."""
    series = []
    for each in rows:
        right, cost = each.values[accuracy_at], each.values[cost_at]
        if right is not None and cost is not None:
            series.append(Series(name=each.labels[0], x=(cost.value,), y=(right,)))
    return Chart(
        title=f"Accuracy against {what.partition(' (')[0]} (d = {USUAL})",
        x_label=f"{what} of a run, mean",
        y_label="accuracy (share of questions)",
        series=tuple(series),
        kind="points",
    )


GROWING: dict[str, Protocol] = {
    name: PROTOCOLS[name]
    for name in ("plain majority", "rounds (gate, borda)", "MassGen 0.1.97-like", "LLM Council, mean rank")
}
SIZES = tuple(range(1, 16))
ABILITY = 0.65


def sizes(study: Study) -> Found:
    """Accuracy and calls against the number of equally able agents."""
    found: dict[str, list[Outcome]] = {name: [] for name in GROWING}
    for n in SIZES:
        scene = simulated(study.questions, (ABILITY,) * n, BIASED, study.seed)
        for name, protocol in GROWING.items():
            found[name].append(protocol(scene, tuple(range(n))) if n > 1 else ours.best_single(scene, (0,)))
    rights = {name: tuple(map(accuracy, outcomes)) for name, outcomes in found.items()}
    rows = tuple(row(f"{n}", values=[rights[name][i] for name in GROWING]) for i, n in enumerate(SIZES))
    title = f"Agents of {ABILITY}, rho = .5, d = 1.5, b = 2, s = 1, pi = 1"
    x = tuple(map(float, SIZES))
    series = tuple(Series(name=name, x=x, y=right) for name, right in rights.items())
    chart = Chart(title="More agents", x_label="agents", y_label="accuracy (share of questions)", series=series)
    return (Table(title=title, labels=("agents",), heads=tuple(GROWING), rows=rows),), (chart,)


PROTOCOLS_EXPERIMENT = Experiment(
    name="protocols",
    title="Whole protocols",
    about=f"The same questions, tastes and times for every protocol. {rivals.ABOUT} `order changes winner` registers "
    "the same agents in three other orders; `any order` is the mean over all four. A vote waits for all ballots; the "
    "real hub stops it when nothing can change any more.",
    work=protocols,
)
SIZES_EXPERIMENT = Experiment(
    name="agents",
    title="How many agents",
    about="Equally able agents whose errors correlate: what one more of them adds.",
    work=sizes,
)
