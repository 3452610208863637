"""The replay of whole pools, and its report."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..progress import progress
from ..report import Page
from ..results import Chart, Estimate, Result, Series, Table, exact, row
from ..stats import mean, ratio
from ..store import Store, key_of
from . import learning, protocols
from .corpus import FILES, Corpus, read_corpus
from .hub import through
from .order import sensitivity
from .panels import Pool, measured, panels
from .pools import USUAL, likeness, pool_of

ACCURACIES = ("mean", "best single", "plurality", "log-odds", "lead 2", "unassailable", "escalate", "oracle")
GAINS = ("plurality", "log-odds", "escalate")
OVER_BEST = (*(f"{name} gains" for name in GAINS), "panels where plurality gains")
REST = (
    "lead 2 answers", "unassailable answers", "escalate calls", "unanimous", "right if unanimous", "order, ours",
    "order, tie to first",
)  # fmt: skip
DRAWN = ("best single", "plurality", "log-odds", "escalate", "oracle")
ABOUT = (
    "Every panel of n models out of a pool; weights, the best single and the best two are chosen on one half of the "
    "questions and scored on the other, both ways. `escalate`: where the best two agree, done after two calls; else "
    "the weighted count of all. `lead 2`: counting in random order until one answer is two ahead. `order`: how often "
    "the winner changes when the same models are registered in another order. The corpora hold one greedy answer a "
    "model. So self-consistency at equal calls (the best model asked n times) would repeat one answer: its accuracy "
    "here is `best single`. This shows what different models add over repeating a deterministic one; it cannot show "
    "what sampling the best model at a temperature would have added. Sections with simulated judges say so."
)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What to replay; empty corpora and pools are the usual ones."""

    folder: Path | None
    corpora: tuple[str, ...] = ()
    pools: tuple[str, ...] = ()
    sizes: tuple[int, ...] = (3, 5, 7)
    seed: int = 1


def replay_all(asked: Asked, out: Path, through_hub: int) -> Page:
    """Replay, or take from `out` what was replayed before. Raises `ConfigError` and `RecordError`."""
    corpora = [read_corpus(asked.folder, name) for name in asked.corpora or FILES]
    work = [(corpus, pool) for corpus in corpora for pool in asked.pools or USUAL[corpus.name]]
    store, results = Store(out), []
    with progress("replaying", len(work)) as advance:
        for corpus, pool in work:
            models = pool_of(corpus, pool)
            parameters = {"pool": models, "sizes": asked.sizes, "seed": asked.seed, "questions": len(corpus.gold)}
            key = key_of(f"replay {corpus.name} {pool}", parameters)
            codes = corpus.codes(models)
            results.append(store.finished(key, partial(replay, corpus, pool, codes, asked)))
            if protocols.AGENTS in asked.sizes and codes.shape[1] >= protocols.AGENTS:
                judged = partial(protocols.judged, corpus, pool, codes, asked.seed)
                results.append(store.finished(key_of(f"protocols {corpus.name} {pool}", parameters), judged))
            advance(f"{corpus.name} {pool}")
    results += [through(corpus, through_hub, asked.seed) for corpus in corpora if through_hub]
    parameters = {"agents": ", ".join(map(str, asked.sizes)), "seed": asked.seed}
    return Page(verb="replay", title="Recorded answers", about=ABOUT, parameters=parameters, results=results)


def replay(corpus: Corpus, pool: str, codes: NDArray[np.int64], asked: Asked) -> Result:
    """All panels of one pool."""
    sizes = [size for size in asked.sizes if size <= codes.shape[1]]
    found = [line(codes, size, asked.seed) for size in sizes]
    curves = [learning.curve(Pool.of(codes), size, asked.seed) for size in sizes]
    tables = (
        table("Accuracy by agents of a panel", ACCURACIES, sizes, found),
        table("Gain over the best single, question by question", OVER_BEST, sizes, found),
        table("Answers counted, agreement, order of registration", REST, sizes, found),
        learning.table(sizes, curves),
    )
    phi, alike = likeness(codes)
    title = f"{corpus.name}, {codes.shape[1]} models ({pool}), {len(codes)} questions"
    return Result(
        name=f"{corpus.name}-{pool}",
        title=title,
        about=f"Correlation of errors {phi:.2f}; two wrong answers are the same in {alike:.2f}. {corpus.source}",
        tables=tables,
        charts=(
            accuracy_chart(title, sizes, found),
            calls_chart(title, sizes, found),
            learning.chart(title, sizes, curves),
        ),
    )


Line = Mapping[str, Estimate | None]


def table(title: str, heads: Sequence[str], sizes: Sequence[int], found: Sequence[Line]) -> Table:
    """The measures under these heads, a line a size."""
    rows = [row(f"{size}", values=[each[head] for head in heads]) for size, each in zip(sizes, found, strict=True)]
    return Table(title=title, labels=("agents",), heads=tuple(heads), rows=tuple(rows))


def line(codes: NDArray[np.int64], size: int, seed: int) -> Line:
    """All measures of one size of panel, by name."""
    found, wins = totals(Pool.of(codes), size, seed)
    means: dict[str, Estimate | None] = {name: mean(values) for name, values in found.items()}
    means |= {f"{name} gains": mean(found[name] - found["best single"]) for name in GAINS}
    means["panels where plurality gains"] = exact(wins)
    means["right if unanimous"] = ratio(found["unanimous and right"], found["unanimous"])
    ours, first = sensitivity(codes, size, np.random.default_rng([seed, size]))
    return means | {"order, ours": ours, "order, tie to first": first}


def totals(pool: Pool, size: int, seed: int) -> tuple[Mapping[str, NDArray[np.float64]], float]:
    """Every measure per question, as means over panels; and the share of panels and halves whose plurality is better
    than their best single."""
    rng = np.random.default_rng([seed, size, len(pool.codes)])
    summed: dict[str, NDArray[np.float64]] = defaultdict(lambda: np.zeros(len(pool.codes)))
    better = []
    for panel in panels(pool, size):
        found = measured(pool, panel, rng)
        for name, values in found.items():
            summed[name] += values
        lead = found["plurality"] - found["best single"]
        better += [lead[pool.half == side].mean() > 0 for side in (0, 1)]
    count = len(better) / 2
    return {name: values / count for name, values in summed.items()}, float(np.mean(better))


def accuracy_chart(title: str, sizes: Sequence[int], found: Sequence[Line]) -> Chart:
    """Accuracy by size of the panel."""
    x = tuple(map(float, sizes))
    series = tuple(Series(name=name, x=x, y=_values(found, name)) for name in DRAWN)
    return Chart(title=title, x_label="agents of a panel", y_label="accuracy (share of questions)", series=series)


def calls_chart(title: str, sizes: Sequence[int], found: Sequence[Line]) -> Chart:
    """Accuracy against calls: everything, a lead of two, escalation."""
    everything = tuple(map(float, sizes))
    series = [Series(name=name, x=everything, y=_values(found, name)) for name in ("plurality", "log-odds")]
    for name, calls in (("lead 2", "lead 2 answers"), ("escalate", "escalate calls")):
        x = tuple(each.value for each in _values(found, calls))
        series.append(Series(name=name, x=x, y=_values(found, name)))
    return Chart(
        title=f"{title}: cost",
        x_label="calls of a run (mean)",
        y_label="accuracy (share of questions)",
        series=tuple(series),
    )


def _values(found: Sequence[Line], name: str) -> tuple[Estimate, ...]:
    return tuple(each for line in found if (each := line[name]) is not None)
