"""Recorded answers in a JSON Lines file: one object a line.

`question` and `answer` are texts, the answer null where the agent gave none. `agent` says whose answer it is (left out:
everybody's). `ranking` lists the texts of answers as the agent ranked them, best first. Other fields are ignored.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from ..errors import ConfigError, Place
from ..hints import did_you_mean

FIELDS = 'one object a line: {"question": "...", "answer": "..."}, and if you like "agent" and "ranking"'


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """What an agent said to a question. `answer` is None where it said nothing."""

    answer: str | None
    ranking: tuple[str, ...] = ()


Answers = Mapping[str, Mapping[str, Recorded]]
"""By agent, the empty name standing for everybody, and question."""


def recorded_by(agent: str, path: Path) -> Mapping[str, Recorded]:
    """What one agent said, by question. Raises `ConfigError` for a file that is not right, or not about this agent."""
    try:
        state = path.stat()
        answers = _read(path, state.st_mtime_ns, state.st_size)
    except OSError as failure:
        hint = "a relative path starts in the current folder"
        raise ConfigError(f"{path} cannot be read: {failure.strerror}", hint=hint) from failure
    if not answers.keys() & {agent, ""}:
        hint = did_you_mean(agent, answers) or f"name one of them with `as`: {', '.join(answers) or 'it is empty'}"
        raise ConfigError(f"{path} holds no answers of `{agent}`", hint=hint)
    return {**answers.get("", {}), **answers.get(agent, {})}


@lru_cache(maxsize=4)
def _read(path: Path, _mtime_ns: int, _size: int) -> Answers:
    """Read once for all agents and runs, until the file changes."""
    answers: dict[str, dict[str, Recorded]] = {}
    for number, line in enumerate(path.read_bytes().split(b"\n"), 1):
        if line.strip():
            try:
                row = _row(line)
            except ValueError as failure:
                raise _error(path, number, line, str(failure)) from None
            mine = answers.setdefault(row.get("agent") or "", {})
            if row["question"] in mine:
                raise _error(path, number, line, "this question is answered in an earlier line")
            mine[row["question"]] = Recorded(answer=row["answer"], ranking=tuple(row.get("ranking") or ()))
    return answers


def _row(line: bytes) -> dict[str, Any]:
    row = json.loads(line)
    if not isinstance(row, dict):
        raise ValueError("expected an object")
    if not isinstance(row.get("question"), str):
        raise ValueError("`question` must be a text")
    if "answer" not in row or not isinstance(row["answer"], (str, type(None))):
        raise ValueError("`answer` must be a text, or null")
    if not isinstance(row.get("agent", ""), (str, type(None))):
        raise ValueError("`agent` must be a text")
    if not _are_texts(row.get("ranking") or []):
        raise ValueError("`ranking` must be a list of texts")
    return row


def _are_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _error(path: Path, number: int, line: bytes, what: str) -> ConfigError:
    place = Place(path=str(path), line=number, column=1, text=line.decode("utf-8", "replace"))
    return ConfigError(what, place=place, hint=FIELDS)
