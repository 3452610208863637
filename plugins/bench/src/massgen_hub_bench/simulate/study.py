"""An experiment, and what it is given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from zlib import crc32

import numpy as np
from numpy.random import Generator

from ..results import Chart, Result, Table

Found = tuple[tuple[Table, ...], tuple[Chart, ...]]


@dataclass(frozen=True)
class Study:
    """The questions of one experiment and its chance: one generator, seeded by the seed and the experiment's name."""

    name: str
    questions: int
    seed: int

    @cached_property
    def rng(self) -> Generator:
        """The experiment's generator."""
        return np.random.default_rng([self.seed, crc32(self.name.encode())])


@dataclass(frozen=True, kw_only=True)
class Experiment:
    """One experiment: what it asks, in the words of the report, and how it finds out."""

    name: str
    title: str
    about: str
    work: Callable[[Study], Found]

    def run(self, questions: int, seed: int) -> Result:
        """The experiment with so many questions a cell."""
        tables, charts = self.work(Study(self.name, questions, seed))
        return Result(name=self.name, title=self.title, about=self.about, tables=tables, charts=charts)
