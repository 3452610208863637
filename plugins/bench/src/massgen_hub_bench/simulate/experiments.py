"""All experiments, in the order of the report."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from massgen_hub.errors import ConfigError
from massgen_hub.hints import did_you_mean

from ..progress import progress
from ..results import Result
from ..store import Store, key_of
from .correlating import CORRELATION
from .drafting import DRAFTS
from .hostile import ADVERSARIES, FAILURES
from .judging import CLUSTERS, POSITION, RULES_AND_JUDGES
from .limits import LIMITS
from .protocols import PROTOCOLS_EXPERIMENT, SIZES_EXPERIMENT
from .refining import REFINEMENT
from .stopping import STOPPING
from .study import Experiment
from .weighing import WEIGHTS

EXPERIMENTS = (
    PROTOCOLS_EXPERIMENT,
    SIZES_EXPERIMENT,
    DRAFTS,
    RULES_AND_JUDGES,
    POSITION,
    CLUSTERS,
    STOPPING,
    CORRELATION,
    REFINEMENT,
    ADVERSARIES,
    FAILURES,
    WEIGHTS,
    LIMITS,
)


def simulate(questions: int, seed: int, only: Sequence[str], folder: Path) -> list[Result]:
    """The experiments asked for, those of an earlier start from the folder. Raises `ConfigError`, `RecordError`."""
    wanted = chosen_experiments(only)
    store, results = Store(folder), []
    with progress("simulating", len(wanted)) as advance:
        for experiment in wanted:
            key = key_of(experiment.name, {"questions": questions, "seed": seed})
            results.append(store.finished(key, partial(experiment.run, questions, seed)))
            advance(experiment.name)
    return results


def chosen_experiments(only: Sequence[str]) -> list[Experiment]:
    """Those of these names, in the order of the report; all without names."""
    names = [experiment.name for experiment in EXPERIMENTS]
    for name in only:
        if name not in names:
            hint = did_you_mean(name, names) or f"experiments: {', '.join(names)}"
            raise ConfigError(f"there is no experiment `{name}`", hint=hint)
    return [experiment for experiment in EXPERIMENTS if not only or experiment.name in only]
