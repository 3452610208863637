"""Recorded answers through the real hub, agents and all, beside the direct count: there must be no difference."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from massgen_hub import Hub, Registry, Verdict
from massgen_hub.codec import to_json
from massgen_hub.consensus.clusters import cluster_id
from massgen_hub.consensus.count import pick
from massgen_hub.consensus.rules import PLURALITY, Vote

from ..results import Result, Table, exact, row
from .corpus import Corpus
from .pools import USUAL, pool_of

AGENTS = 5
CONSENSUS = {"gate": "plurality", "rule": "plurality", "refine": 0}


def through(corpus: Corpus, questions: int, seed: int) -> Result:
    """So many sampled questions, each with a panel of five models, run twice: registered forwards and backwards."""
    rng = np.random.default_rng([seed, questions])
    models, registry = pool_of(corpus, USUAL[corpus.name][0]), Registry()
    asked = rng.choice(len(corpus.gold), min(questions, len(corpus.gold)), replace=False).tolist()
    differing, reordered = [], []
    with TemporaryDirectory(prefix="massgen-hub-") as folder:
        recorded = written(corpus, models, asked, Path(folder) / "answers.jsonl")
        for number, question in enumerate(asked):
            panel = rng.choice(models, AGENTS, replace=False).tolist()
            agents = [
                {"id": f"m{place}", "type": "replay", "as": model, "answers": str(recorded)}
                for place, model in enumerate(panel)
            ]
            forth, back = (
                _decided(order, task(corpus, question), registry, number) for order in (agents, agents[::-1])
            )
            given = {f"m{place}": corpus.answers[model][question] for place, model in enumerate(panel)}
            differing.append(_winner(forth) != direct(given, number))
            reordered.append(_winner(forth) != _winner(back))
    values = [exact(len(differing)), exact(sum(differing)), exact(sum(reordered))]
    heads = ("questions", "differ from the direct count", "differ when registered backwards")
    return Result(
        name=f"{corpus.name}-hub",
        title=f"{corpus.name} through the hub",
        about="Each recorded answer is the draft of a `replay` agent of a real run; the hub counts equal answers.",
        tables=(Table(title="Verdicts", labels=("corpus",), heads=heads, rows=(row(corpus.name, values=[*values]),)),),
    )


def task(corpus: Corpus, question: int) -> str:
    """What stands for a question: the corpora hold no texts."""
    return f"{corpus.name}, question {question}"


def written(corpus: Corpus, models: Sequence[str], questions: Iterable[int], path: Path) -> Path:
    """A file for `replay` agents: a line for each question and model."""
    lines = (
        {"question": task(corpus, question), "agent": model, "answer": corpus.answers[model][question]}
        for question in questions
        for model in models
    )
    path.write_text("".join(f"{to_json(line)}\n" for line in lines), encoding="utf-8")
    return path


def direct(given: dict[str, str | None], seed: int) -> str | None:
    """The cluster that wins the count of these answers; None where no more than half of the agents answered."""
    votes = {agent: cluster_id(answer, "text") for agent, answer in given.items() if answer}
    if len(votes) * 2 <= len(given):
        return None
    candidates = sorted(set(votes.values()))
    cast = [Vote(voter=agent, shown=tuple(candidates), ranking=(choice,)) for agent, choice in votes.items()]
    return pick(PLURALITY.count(cast, candidates), seed)[0]


def _decided(agents: Sequence[dict[str, Any]], task: str, registry: Registry, seed: int) -> Verdict:
    hub = Hub({"agents": list(agents), "consensus": CONSENSUS}, seed=seed, runs=None, registry=registry)
    return asyncio.run(hub.run(task))


def _winner(verdict: Verdict) -> str | None:
    return verdict.winner if verdict.decided else None
