"""Whole protocols where the drafts are recorded and the judges are simulated."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..results import Result
from ..simulate.protocols import BIASED, JUDGED, QUALITIES, compared
from ..simulate.rivals import ABOUT
from ..simulate.scene import Scene
from .corpus import Corpus
from .panels import Pool

AGENTS = 5
LINES = 6000
"""As many panels a question as make about so many lines."""


def judged(corpus: Corpus, pool: str, codes: NDArray[np.int64], seed: int) -> Result:
    """All protocols over recorded drafts of sampled panels of five."""
    scene = sampled(Pool.of(codes), seed)
    worlds = {d: replace(scene, judges=replace(BIASED, d=d)) for d in QUALITIES if d}
    title = f"{len(codes)} questions, panels of {AGENTS} drawn for each: {scene.panels}; {JUDGED}"
    tables, charts = compared(title, worlds)
    return Result(
        name=f"{corpus.name}-{pool}-protocols",
        title=f"{corpus.name} ({pool}): recorded drafts, simulated judges",
        about="Only the drafts are recorded: how agents judge, restart and take their time is simulated as in `bench "
        "simulate`, and d is an assumption. Who is best, and weights, are learned on the other half of the questions. "
        "An agent whose reply held no answer is not counted and not on the ballot, but votes, in every protocol alike. "
        f"{ABOUT}",
        tables=tables,
        charts=charts,
    )


def sampled(pool: Pool, seed: int) -> Scene:
    """Panels drawn for each question, members in the order of the pool."""
    questions, models = pool.codes.shape
    panels = max(1, round(LINES / questions))
    lines = np.repeat(np.arange(questions), panels)
    lots = np.random.default_rng([seed, questions, models]).random((len(lines), models))
    members = np.sort(lots.argsort(1)[:, :AGENTS], 1)
    return Scene(
        answers=np.take_along_axis(pool.codes[lines], members, 1),
        weights=np.take_along_axis(pool.weights[pool.half[lines]], members, 1),
        judges=BIASED,
        seed=seed,
        panels=panels,
    )
