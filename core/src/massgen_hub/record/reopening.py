"""The record of a run that was cut off, taken over to be continued: locked, its last line repaired, read."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from ..consensus import RunStarted
from ..errors import ConfigError, RecordError
from ..events import Event
from .lock import open_locked, unwritable
from .reading import is_event, read_events, state_of


@dataclass(frozen=True, kw_only=True)
class Reopened:
    """A record that this process writes from now on. `dropped` is how many bytes of a torn last line were cut off, 0
    where it only lacked its end, None where nothing was wrong."""

    file: IO[str]
    events: list[Event]
    dropped: int | None


def reopen(folder: Path) -> Reopened:
    """Take over the record of a run. Raises `RecordError` where it is damaged, or another process writes it."""
    path = folder / "events.jsonl"
    file = open_locked(path)
    try:
        events = read_events(folder)
        return Reopened(file=file, events=events, dropped=_repair(path, file))
    except BaseException:
        file.close()
        raise


def _repair(path: Path, file: IO[str]) -> int | None:
    """End the last line, or cut it off where the crash tore it."""
    try:
        content = path.read_bytes()
        torn = content[content.rfind(b"\n") + 1 :]
        if not torn:
            return None
        if is_event(torn, path.parent):
            file.write("\n")
            file.flush()
            return 0
        os.ftruncate(file.fileno(), len(content) - len(torn))
        return len(torn)
    except OSError as failure:
        raise unwritable(path, failure) from failure


def require_cut_off(events: Sequence[Event], run: str) -> RunStarted:
    """How a run that was cut off had started. Raises `RecordError` where it has ended, or never began."""
    state = state_of(events)
    if state.started is None:
        raise RecordError(f"the run {run} was cut off before it started", hint="run the task again")
    if state.verdict is not None:
        how = "decided" if state.verdict.decided else f"no decision ({state.verdict.reason or state.verdict.stopped})"
        raise RecordError(f"the run {run} has ended: {how}", hint=f"massgen-hub show {run}")
    return state.started


def require_same_agents(recorded: Mapping[str, str], given: Mapping[str, str]) -> None:
    """Raise `ConfigError` unless these are the agents (id to type) that the run began with."""
    missing = [f"`{agent}` ({type_}) is missing" for agent, type_ in recorded.items() if agent not in given]
    added = [f"`{agent}` ({type_}) is new" for agent, type_ in given.items() if agent not in recorded]
    others = [
        f"`{agent}` was {type_} and is {given[agent]}"
        for agent, type_ in recorded.items()
        if given.get(agent, type_) != type_
    ]
    if missing or added or others:
        raise ConfigError(
            f"these are not the agents of the run: {', '.join([*missing, *added, *others])}",
            hint="a run is resumed with the agents it began with; `--config FILE` names another config",
        )
