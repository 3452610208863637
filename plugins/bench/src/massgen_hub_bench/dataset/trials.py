"""One question through the hub with one config, graded; and the file where that is kept."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from massgen_hub import Event, Hub
from massgen_hub.codec import from_plain, to_json
from massgen_hub.consensus.canonical import CANONICAL
from massgen_hub.consensus.draw import digest, draw
from massgen_hub.errors import RecordError

from .items import Item

FILE = "results.jsonl"


@dataclass(frozen=True, kw_only=True)
class Draft:
    """An agent's own first answer, in the form in which answers are compared."""

    agent: str
    answer: str
    right: bool


@dataclass(frozen=True, kw_only=True)
class Trial:
    """What became of one question with one config. `key` stands for all that it depends on. `agents` took part;
    `drafts` are of those that answered. `calls` counts turns, second attempts included."""

    key: str
    config: str
    id: str
    right: bool
    decided: bool
    agreement: str
    answer: str
    agents: tuple[str, ...]
    drafts: tuple[Draft, ...]
    calls: int
    seconds: float
    run: str


def key_of(config: str, item: Item, seed: int) -> str:
    """Equal configs (their text), items and seeds, equal keys."""
    return digest("\x1f".join((config, to_json(item), str(seed))))


async def attempt(hub: Hub, item: Item, *, name: str, key: str) -> Trial:
    """Run the question and grade its answer. Raises `HubError` where the run cannot start or be recorded."""
    events: list[Event] = []
    start = perf_counter()
    verdict = await hub.run(item.question, watch=events.append)
    form = CANONICAL[item.form or hub.config.settings.answer]  # type: ignore[index]
    reference = form(item.reference)
    return Trial(
        key=key,
        config=name,
        id=item.id,
        right=bool(verdict.answer) and form(verdict.answer) == reference,
        decided=verdict.decided,
        agreement=verdict.agreement,
        answer=verdict.answer,
        agents=tuple(sorted(spec.id for spec in hub.config.agents)),
        drafts=tuple(
            Draft(agent=agent, answer=form(text), right=form(text) == reference) for agent, text in drafts(events)
        ),
        calls=sum(event.type == "turn_started" for event in events),
        seconds=round(perf_counter() - start, 3),
        run=verdict.run,
    )


def drafts(events: Sequence[Event]) -> list[tuple[str, str]]:
    """Each agent's answer of the first round, by agent."""
    found = {
        event.data["agent"]: event.data["decision"]["text"]
        for event in events
        if event.type == "replied" and event.data["round"] == 1 and event.data["decision"]["kind"] == "answer"
    }
    return sorted(found.items())


def seed_of(seed: int, item: Item) -> int:
    """The seed of an item's runs: the same with every config."""
    return draw(seed, item.id) % 2**53


class Ledger:
    """`results.jsonl`: a line a trial. A torn last line, the trace of a crash, is dropped; other damage is a
    `RecordError`."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE
        self.trials: dict[str, Trial] = {}
        try:
            folder.mkdir(parents=True, exist_ok=True)
            lines = self._path.read_bytes().split(b"\n") if self._path.exists() else [b""]
            torn = lines.pop()
            for number, line in enumerate(lines, 1):
                self._take(line, number)
            if torn:
                self._path.write_bytes(b"".join(line + b"\n" for line in lines))
        except OSError as failure:
            raise RecordError(f"{self._path}: {failure.strerror}", hint="choose another `--out`") from failure

    def _take(self, line: bytes, number: int) -> None:
        try:
            trial = from_plain(Trial, json.loads(line))
        except (ValueError, TypeError) as failure:
            hint = "restore the file, or choose another `--out`"
            raise RecordError(f"{self._path}:{number}: not a result: {failure}", hint=hint) from failure
        self.trials[trial.key] = trial

    def add(self, trial: Trial) -> None:
        """Keep a trial, now."""
        self.trials[trial.key] = trial
        try:
            with self._path.open("a", encoding="utf-8") as file:
                file.write(to_json(trial) + "\n")
        except OSError as failure:
            raise RecordError(f"{self._path}: {failure.strerror}", hint="choose another `--out`") from failure
