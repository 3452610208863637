"""What a vote over clusters forgets, and two ways to keep it: each draft as one ballot more, as the hub has it, or all
texts on the ballot."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from massgen_hub.consensus.rules import BORDA

from ..results import Chart, Estimate, Series, Table, row
from ..stats import mean, share
from .counting import chosen
from .election import tallies, winners
from .ours import opened
from .protocols import BIASED, QUALITIES
from .scene import Scene, of_agents, simulated
from .study import Experiment, Found, Study
from .world import PANEL, Bools, Ints, Judges, same

UNBIASED = Judges(d=0.0)
HEADS = ("count of drafts", "drafts shown", "drafts counted", "ballots on all texts", "drafts add")


def voted(scene: Scene, *, drafts: bool) -> Ints:
    """The answer (Q,) by Borda over clusters, with or without each draft as a ballot that names its own answer only."""
    shown = scene.speakers(scene.answers)
    utilities = scene.tastes(scene.answers, 1, shown)
    short: Bools = same(scene.answers) & shown[:, None, :]
    counted = tallies(BORDA, utilities, electable=shown, drafts=short if drafts else None)
    return of_agents(scene.answers, winners(counted, scene.seed, utilities))


def voted_on_texts(scene: Scene) -> Ints:
    """The answer (Q,) of the text that wins by Borda over all texts, equal answers several times."""
    utilities = scene.tastes(scene.answers, 1, scene.given)
    counted = tallies(BORDA, utilities, electable=scene.given)
    return of_agents(scene.answers, winners(counted, scene.seed, utilities))


def drafts_on_the_ballot(study: Study) -> Found:
    """By bias and quality of the judges, with and without the gate."""
    rows, curves = [], []
    for name, judges in (("biased", BIASED), ("unbiased", UNBIASED)):
        for gate in (True, False):
            found = [cell(study, replace(judges, d=d), gate) for d in QUALITIES]
            label = f"{name}, gate {'on' if gate else 'off'}"
            rows += [row(label, f"{d:g}", values=[*values]) for d, values in zip(QUALITIES, found, strict=True)]
            curves.append(Series(name=label, x=QUALITIES, y=tuple(values[-1] for values in found)))
    table = Table(
        title="Panel .75 .70 .65 .60 .55, rho = .5, Borda; biased: b = 2, s = 1, pi = 1",
        labels=("judges", "d"),
        heads=HEADS,
        rows=tuple(rows),
    )
    chart = Chart(
        title="What drafts on the ballot add",
        x_label="discrimination d of the judges",
        y_label="accuracy gained (share of questions)",
        series=tuple(curves),
    )
    return (table,), (chart,)


def cell(study: Study, judges: Judges, gate: bool) -> list[Estimate]:
    """The accuracy under each head, and what drafts add over the same questions."""
    scene = simulated(study.questions, PANEL, judges, study.seed)
    leading, agreed = opened(scene)
    votes = (voted(scene, drafts=False), voted(scene, drafts=True), voted_on_texts(scene))
    right = [np.where(agreed & gate, leading, answer) == 0 for answer in votes]
    gained = mean(right[1].astype(float) - right[0])
    return [share(chosen(scene.rng("ties"), scene.answers) == 0), *map(share, right), gained]


DRAFTS = Experiment(
    name="drafts",
    title="Drafts on the ballot",
    about="Votes by Borda. Drafts shown: only ballots count. Drafts counted, as the hub votes by default: each "
    "author's draft is one more, short ballot, its own answer first, the others share the rest. On all texts: equal "
    "answers stand on the ballot as often as they were given, and judges err on each text anew; the hub does not.",
    work=drafts_on_the_ballot,
)
