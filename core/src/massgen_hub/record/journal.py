"""The record as it is written: one line of JSON an event, decisive ones on disk before they take effect."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from ..codec import to_json, to_plain
from ..consensus import Decisive, RunStarted
from ..contract import JSON
from ..errors import Unwritable
from ..events import Event
from .lock import open_locked, unwritable
from .redact import Redactor, Tail
from .reopening import Reopened

BATCH_SECONDS = 0.05
LONG_TEXT = 64 * 1024

Subscriber = Callable[[Event], None]
Stream = tuple[str, int, int, int]


class Journal:
    """Writes the events of one run and hands them on, redacted. Without a folder it only hands them on. The file is
    made with the first event, so that a run that never starts leaves none; from then until `close` no other process
    can write this run. `configured` is written in one breath with the start: without it nobody could resume the run.
    `after` is the record that it continues.

    Raises `Unwritable` from `decide` when the event could not be written: then it did not happen.
    """

    def __init__(
        self,
        run: str,
        folder: Path | None,
        redactor: Redactor,
        *,
        clock: Callable[[], float] = time.time,
        configured: Mapping[str, JSON] | None = None,
        after: Reopened | None = None,
    ) -> None:
        self.run, self.folder, self._redactor, self._clock = run, folder, redactor, clock
        self.subscribers: list[Subscriber] = []
        self._configured = configured
        self._seq = after.events[-1].seq if after else 0
        self._pending: list[tuple[str, dict[str, JSON]]] = []
        self._streams: dict[Stream, Tail] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._path = (folder or Path()) / "events.jsonl"
        self._file = after.file if after else None
        self._failure: Unwritable | None = None

    def clean(self, value: JSON) -> JSON:
        """A text or JSON value without secrets."""
        return self._redactor.json(value)

    def decide(self, event: Decisive) -> None:
        """Record a decisive event. It is on disk when this returns."""
        if self._failure is not None:
            raise self._failure
        self._finish_stream(event)
        self.flush()
        self._write(event.type, vars(event))
        if isinstance(event, RunStarted) and self._configured is not None:
            self._write("configured", self.clean(self._configured))

    def delta(self, agent: str, round_: int, attempt: int, part: int, text: str) -> None:
        """A piece of text that an agent is saying. Shown within 50 ms, but for its last unfinished word."""
        tail = self._streams.setdefault((agent, round_, attempt, part), Tail(self._redactor))
        self._add_delta((agent, round_, attempt, part), tail.feed(text))

    def activity(self, type_: str, data: Mapping[str, JSON]) -> None:
        """Record something that decides nothing. Written within 50 ms."""
        self._pending.append((type_, self._redactor.json(data)))
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(BATCH_SECONDS, self._flush_later)

    def flush(self) -> None:
        """Write what is pending."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        pending, self._pending = self._pending, []
        for type_, data in pending:
            self._write(type_, data)

    def _flush_later(self) -> None:
        """Flush where nobody hears an error: the next decisive event raises it."""
        try:
            self.flush()
        except Unwritable as failure:
            self._failure = failure

    def close(self) -> None:
        """Write what is pending and put the file on the disk for good."""
        self.flush()
        if self._file is not None:
            file, self._file = self._file, None
            try:
                with file:
                    os.fsync(file.fileno())
            except OSError as failure:
                raise unwritable(self._path, failure) from failure

    def _add_delta(self, stream: Stream, text: str) -> None:
        if not text:
            return
        agent, round_, attempt, part = stream
        where = {"agent": agent, "round": round_, "attempt": attempt, "part": part}
        last = self._pending[-1] if self._pending else None
        if last and last[0] == "delta" and last[1].items() >= where.items():
            last[1]["text"] += text
        else:
            self.activity("delta", {**where, "text": text})

    def _finish_stream(self, event: Decisive) -> None:
        """Let go of what was held back of this turn's text."""
        if not self._streams or event.type not in ("replied", "failed", "cancelled"):
            return
        turn = (event.agent, event.round, event.attempt)  # type: ignore[union-attr]
        for stream in [stream for stream in self._streams if stream[:3] == turn]:
            self._add_delta(stream, self._streams.pop(stream).rest())

    def _write(self, type_: str, data: Mapping[str, Any]) -> None:
        event = Event(run=self.run, seq=self._seq + 1, ts=round(self._clock(), 6), type=type_, data=data)
        if self.folder is not None:
            line = _line(event, data)
            self._put(line if len(line) <= LONG_TEXT else _line(event, _slim(data, self.folder / "blobs")))
        self._seq += 1
        if self.subscribers:
            event = replace(event, data=to_plain(data))
        for subscriber in self.subscribers:
            subscriber(event)

    def _put(self, line: str) -> None:
        try:
            if self._file is None:
                self._file = open_locked(self._path)
            self._file.write(line + "\n")
            self._file.flush()
        except OSError as failure:
            raise unwritable(self._path, failure) from failure


def _line(event: Event, data: JSON) -> str:
    envelope = {"v": event.v, "run": event.run, "seq": event.seq, "ts": event.ts, "type": event.type}
    return to_json({**envelope, "data": data})


def _slim(data: Mapping[str, Any], blobs: Path) -> JSON:
    return _without_long_texts(to_plain(data), blobs)


def _without_long_texts(data: JSON, blobs: Path) -> JSON:
    if isinstance(data, str) and len(data) > LONG_TEXT:
        return {"blob": _keep(data.encode("utf-8", "surrogatepass"), blobs), "chars": len(data)}
    if isinstance(data, dict):
        return {key: _without_long_texts(value, blobs) for key, value in data.items()}
    return [_without_long_texts(value, blobs) for value in data] if isinstance(data, list) else data


def _keep(content: bytes, blobs: Path) -> str:
    name = sha256(content).hexdigest()
    path, unfinished = blobs / name, blobs / f"{name}.part"  # half a blob must not have the name of a whole one
    try:
        blobs.mkdir(mode=0o700, exist_ok=True)
        if not path.exists():
            with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(content)
            unfinished.replace(path)
    except OSError as failure:
        raise unwritable(path, failure) from failure
    return name
