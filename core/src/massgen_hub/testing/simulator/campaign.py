"""Many schedules: how fast, what was met in them, and every violation."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context

from .history import History, Violation
from .invariants import check
from .simulation import simulate
from .twins import check_twins

CHUNK = 250
TWINS_EVERY = 10


@dataclass(kw_only=True)
class Survey:
    """What many schedules came to. `seconds` are real and add up over processes, `virtual` those of the runs."""

    schedules: int = 0
    virtual: float = 0.0
    seconds: float = 0.0
    met: Counter[tuple[str, str]] = field(default_factory=Counter)
    violations: list[Violation] = field(default_factory=list)

    def add(self, history: History, violations: Collection[Violation]) -> None:
        """Count one more."""
        schedule = history.schedule
        self.schedules += 1
        self.virtual += history.last.ended
        self.violations += violations
        self.met["protocol", schedule.protocol.name] += 1
        self.met["rule", schedule.rule.name] += 1
        self.met["agents", str(len(schedule.order))] += 1
        self.met["outside", schedule.outside.what] += 1
        self.met["outcome", history.outcome] += 1
        self.met.update(("violation", name) for name in {one.invariant for one in violations})
        for fault, times in history.met.items():
            self.met["fault", fault] += times

    def merge(self, other: Survey) -> None:
        """Take over what another process counted."""
        self.schedules += other.schedules
        self.virtual += other.virtual
        self.seconds += other.seconds
        self.met += other.met
        self.violations += other.violations


def survey(seeds: Iterable[int]) -> Survey:
    """Play and check these seeds; every tenth is played thrice, to be compared with itself."""
    result, began = Survey(), time.perf_counter()
    for seed in seeds:
        history = simulate(seed)
        violations = check(history)
        if seed % TWINS_EVERY == 0:
            violations += check_twins(history, simulate(seed), simulate(seed, order=seed + 1))
        result.add(history, violations)
    result.seconds = time.perf_counter() - began
    return result


def surveys(seeds: range, processes: int) -> Iterator[Survey]:
    """The surveys of parts of these seeds, in order, as they are done."""
    parts = [seeds[start : start + CHUNK] for start in range(0, len(seeds), CHUNK)]
    if processes == 1:
        yield from map(survey, parts)
        return
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        yield from pool.map(survey, parts)
