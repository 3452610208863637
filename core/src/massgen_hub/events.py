"""The envelope in which everything that happens in a run is recorded, streamed and observed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

VERSION = 1

DECISIVE = frozenset({"run_started", "turn_started", "replied", "failed", "cancelled", "stopped", "ended"})
"""Types of events that the state of a run is folded from; all others are activity."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened. `seq` counts from 1 within a run, `ts` is Unix time in seconds, `data` is plain JSON."""

    run: str
    seq: int
    ts: float
    type: str
    data: Mapping[str, Any]
    v: int = VERSION

    @property
    def decisive(self) -> bool:
        """Whether the state of the run depends on it."""
        return self.type in DECISIVE
