"""The record as it is read: events back from their lines, runs back from their folders."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from ..codec import from_plain, to_plain
from ..consensus import (
    Cancelled,
    Decisive,
    Ended,
    Failed,
    Replied,
    RunStarted,
    State,
    Stopped,
    TurnStarted,
    Verdict,
)
from ..contract import JSON
from ..errors import HubError, RecordError
from ..events import VERSION, Event
from .lock import is_written

TYPES: dict[str, type[Decisive]] = {
    kind.type: kind for kind in (RunStarted, TurnStarted, Replied, Failed, Cancelled, Stopped, Ended)
}


def read_events(folder: Path) -> list[Event]:
    """The events of a run. A torn last line, the trace of a crash, is left out; any other damage is a `RecordError`."""
    path = folder / "events.jsonl"
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError as failure:
        raise RecordError(f"the record {path} cannot be read: {failure.strerror}", hint=_known(folder)) from failure
    if not is_event(lines[-1], folder):
        lines.pop()
    events = [_event(line, path, number, folder) for number, line in enumerate(lines, 1)]
    for number, event in enumerate(events, 1):
        if event.seq != number:
            what = f"{path}:{number}: event {number} is missing, here is event {event.seq}"
            raise RecordError(what, hint="restore the record from a copy")
    return events


def is_event(line: bytes, folder: Path) -> bool:
    """Whether a line is whole. The last one is torn, or empty, where a process ended in the middle of it."""
    try:
        _event(line, Path(), 0, folder)
    except RecordError:
        return False
    return True


def _event(line: bytes, path: Path, number: int, folder: Path) -> Event:
    try:
        data = json.loads(line)
        if data["v"] != VERSION:
            raise RecordError(f"{path}:{number}: written by another version ({data['v']})", hint="update massgen-hub")
        return Event(
            run=data["run"], seq=data["seq"], ts=data["ts"], type=data["type"], data=_with_blobs(data["data"], folder)
        )
    except (ValueError, KeyError, TypeError, OSError) as failure:
        raise RecordError(
            f"{path}:{number}: not an event: {failure}", hint="restore the record from a copy"
        ) from failure


def _with_blobs(data: JSON, folder: Path) -> JSON:
    if isinstance(data, dict):
        if data.keys() == {"blob", "chars"}:
            return (folder / "blobs" / str(data["blob"])).read_text(encoding="utf-8", errors="surrogatepass")
        return {key: _with_blobs(value, folder) for key, value in data.items()}
    return [_with_blobs(value, folder) for value in data] if isinstance(data, list) else data


def decisive(events: Iterable[Event]) -> Iterator[Decisive]:
    """The decisive events among these, as the consensus knows them."""
    for event in events:
        if event.decisive:
            yield from_plain(TYPES[event.type], to_plain(event.data))


def state_of(events: Iterable[Event]) -> State:
    """The state that these events describe. Raises `RecordError` where they describe none."""
    state = State()
    for event in events:
        if event.decisive:
            try:
                state.apply(from_plain(TYPES[event.type], to_plain(event.data)))
            except (ValueError, HubError) as failure:
                raise RecordError(f"event {event.seq} of run {event.run} does not fit: {failure}") from failure
    return state


@dataclass(frozen=True, kw_only=True)
class Summary:
    """One line of `massgen-hub runs`. `verdict` is None while a run is `running`, and where it was cut off."""

    run: str
    folder: Path
    started: float
    seconds: float
    task: str
    agents: tuple[str, ...]
    verdict: Verdict | None
    running: bool


def summaries(root: Path) -> Iterator[Summary | RecordError]:
    """The runs kept in a folder, newest first; one that cannot be read is its error."""
    folders = sorted((path.parent for path in root.glob("*/events.jsonl")), reverse=True)
    for folder in folders:
        try:
            if summary := _summary(folder):
                yield summary
        except RecordError as failure:
            yield failure


def _summary(folder: Path) -> Summary | None:
    events = read_events(folder)
    if not events:
        return None
    state = state_of(events)
    started = state.started
    return Summary(
        run=folder.name,
        folder=folder,
        started=events[0].ts,
        seconds=seconds_used(events),
        task=started.task if started else "",
        agents=tuple(started.agents) if started else (),
        verdict=state.verdict,
        running=state.verdict is None and is_written(folder / "events.jsonl"),
    )


def seconds_used(events: Sequence[Event]) -> float:
    """How long the hub worked on a run, in seconds. The time between the death of one process and the start of the
    next, which begins with `resumed`, does not count."""
    return sum(max(0.0, after.ts - before.ts) for before, after in pairwise(events) if after.type != "resumed")


def find_run(root: Path, name: str) -> Path:
    """The folder of a run, by its name, the beginning of its name, or `last`."""
    folders = sorted(path.parent for path in root.glob("*/events.jsonl"))
    if name == "last" and folders:
        return folders[-1]
    found = [folder for folder in folders if folder.name.startswith(name)]
    exact = [folder for folder in found if folder.name == name]
    if len(exact or found) == 1:
        return (exact or found)[0]
    what = f"`{name}` fits {len(found)} runs" if found else f"there is no run `{name}` in {root}"
    raise RecordError(what, hint=_known(root / name))


def _known(folder: Path) -> str:
    newest = sorted((path.parent.name for path in folder.parent.glob("*/events.jsonl")), reverse=True)[:5]
    return f"newest runs: {', '.join(newest)}" if newest else "`massgen-hub run` makes one"
