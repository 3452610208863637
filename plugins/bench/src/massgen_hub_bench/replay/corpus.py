"""Recorded answers: gzipped JSON with `gold`, `models` and `answers` (one list a model, null for no answer)."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from massgen_hub.errors import ConfigError
from numpy.typing import NDArray

FILES = {"gsm8k": "zeroeval-gsm8k.json.gz", "math-l5": "zeroeval-math-l5.json.gz", "mmlu-pro": "mmlu-pro.json.gz"}
HINT = "name the folder with `--data FOLDER` or MASSGEN_HUB_DATA; it holds " + ", ".join(FILES.values())


@dataclass(frozen=True)
class Corpus:
    """`answers[model][q]` is a canonical answer to question q, None where there was none; `gold[q]` the right one."""

    name: str
    source: str
    gold: tuple[str, ...]
    answers: Mapping[str, tuple[str | None, ...]]

    @cached_property
    def ranked(self) -> list[str]:
        """The models, most accurate first."""
        return sorted(self.answers, key=lambda model: (-self.accuracy(model), model))

    def accuracy(self, model: str) -> float:
        """The share of questions this model answers right."""
        hits = sum(given == right for given, right in zip(self.answers[model], self.gold, strict=True))
        return hits / len(self.gold)

    def codes(self, models: list[str]) -> NDArray[np.int64]:
        """(questions, models): 0 right, 1, 2, ... wrong answers in order of appearance, -1 none."""
        columns = [self.answers[model] for model in models]
        return np.array([_coded(right, row) for right, *row in zip(self.gold, *columns, strict=True)])


def _coded(right: str, row: list[str | None]) -> list[int]:
    known: dict[str | None, int] = {right: 0}
    return [known.setdefault(answer, len(known)) if answer else -1 for answer in row]


def read_corpus(folder: Path | None, name: str) -> Corpus:
    """One corpus of the folder. Raises `ConfigError` where it is not there, or is something else."""
    if name not in FILES:
        raise ConfigError(f"there is no corpus `{name}`", hint=f"corpora: {', '.join(FILES)}")
    if folder is None:
        raise ConfigError("nobody said where the recorded answers are", hint=HINT)
    path = folder / FILES[name]
    try:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            raw = json.load(file)
        answers = {model: tuple(given) for model, given in zip(raw["models"], raw["answers"], strict=True)}
        return Corpus(name=name, source=raw["source"], gold=tuple(raw["gold"]), answers=answers)
    except OSError as failure:
        raise ConfigError(f"{path} cannot be read: {failure.strerror or failure}", hint=HINT) from failure
    except (ValueError, KeyError, TypeError, EOFError) as failure:
        raise ConfigError(f"{path} does not hold recorded answers: {failure!r}", hint=HINT) from failure
