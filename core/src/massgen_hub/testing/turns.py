"""Turns as the hub makes them: the same prompts, the same schemas."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ..consensus import BORDA
from ..contract import Kind, Shown, Task, Turn
from ..dialogue import fence, quoted, render, reply_schema

TASK = "Name the capital of France."
ANSWERS = ("Paris", "Lyon")
SEED = 1


def draft(text: str = TASK, **changes: Any) -> Turn:
    """A turn that asks for an answer. `changes` are fields of the `Turn`."""
    return _turn("draft", text, (), changes)


def vote(text: str = TASK, answers: tuple[str, ...] = ANSWERS, **changes: Any) -> Turn:
    """A turn that asks for a ballot over `answers`, which are labelled A, B, ..."""
    return _turn("vote", text, answers, changes)


def decide(text: str = TASK, answers: tuple[str, ...] = ANSWERS, **changes: Any) -> Turn:
    """A turn that asks for a ballot over `answers` or for a better answer."""
    return _turn("decide", text, answers, changes)


def _turn(kind: Kind, text: str, answers: tuple[str, ...], changes: dict[str, Any]) -> Turn:
    task = Task(text=text)
    shown = tuple(Shown(label=chr(ord("A") + place), text=answer) for place, answer in enumerate(answers))
    bodies = [quoted(answer, fence(SEED)) for answer in answers]
    made = Turn(
        run="test",
        agent="ada",
        round=1,
        attempt=1,
        kind=kind,
        task=task,
        shown=shown,
        prompt=render(kind, task, shown=shown, bodies=bodies, need=BORDA.needs, seed=SEED),
        schema=reply_schema(kind, [candidate.label for candidate in shown], BORDA.needs),
    )
    return replace(made, **changes)
