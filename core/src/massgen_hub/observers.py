"""Runs the `on_event` hooks: after the record, in a thread of their own, behind a bounded queue."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Sequence

from .events import Event

LONGEST_QUEUE = 10_000
PATIENCE_SECONDS = 2.0

Observer = tuple[str, Callable[[str, Event], None]]
log = logging.getLogger("massgen_hub")


class Observers:
    """Hands events to observers. `dropped` counts the events that nobody could take in time."""

    def __init__(self, observers: Sequence[Observer]) -> None:
        self.dropped = 0
        self._observers = observers
        self._queue: queue.Queue[Event | None] = queue.Queue(LONGEST_QUEUE)
        self._told: set[str] = set()
        self._thread = threading.Thread(target=self._work, name="massgen-hub observers", daemon=True)
        self._thread.start()

    def __call__(self, event: Event) -> None:
        """Queue an event; never waits."""
        try:
            self._queue.put_nowait(event)
        except queue.Full:
            self.dropped += 1

    def close(self) -> None:
        """Let observers see what is queued, for a moment at most."""
        try:
            self._queue.put(None, timeout=PATIENCE_SECONDS)
        except queue.Full:
            self.dropped += self._queue.qsize()
        self._thread.join(PATIENCE_SECONDS)
        if self.dropped:
            log.warning("observers were too slow: %d events dropped", self.dropped)

    def _work(self) -> None:
        while (event := self._queue.get()) is not None:
            for name, observe in self._observers:
                try:
                    observe(event.run, event)
                except Exception as failure:
                    self._tell(name, failure)

    def _tell(self, name: str, failure: Exception) -> None:
        if name not in self._told:
            self._told.add(name)
            log.warning("the observer `%s` failed: %s: %s", name, type(failure).__name__, failure)
