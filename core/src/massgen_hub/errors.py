"""Every error of massgen-hub that a person may meet. Each says where, what, and what to do.

HubError                  the base: a message, a hint, and the place: path, line, column, the line itself
├── ConfigError           the config is not usable
├── PluginError           a plugin broke its promise, or is not installed
│   └── NoWorker          the process of an agent does not come up
├── NotBuilt              an agent's environment is not there, or cannot be built
├── ModelError            a model cannot be reached: no key, no such provider, no weights
├── TurnError             a turn failed; `transient` says whether another try makes sense
│   ├── NotAvailable      the hub cannot answer a question or run a tool
│   └── WorkerDied        the agent's process ended in the middle of a turn
├── RecordError           a record cannot be read, or found
│   └── Unwritable        a record cannot be written: the run stops, and what was answered is given
└── IllegalEvent          an event that the consensus does not allow; nothing was changed
"""

from __future__ import annotations

from dataclasses import dataclass

WIDEST = 120
"""Characters of a line that an error shows."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """A place in a text file: line and column count from 1; `text` is the line."""

    path: str
    line: int
    column: int
    text: str = ""

    def __str__(self) -> str:
        margin = " " * len(str(self.line))
        start = max(0, self.column - WIDEST)
        caret = " " * (self.column - 1 - start) + "^"
        return f"{margin} |\n{self.line} | {self.text[start : start + WIDEST]}\n{margin} | {caret}"


class HubError(Exception):
    """Something a person can mend. `place` is None where there is no file to point into. `exit_code` is what the
    command line returns. `traceback` is told by one that comes from a worker: where it was raised there."""

    exit_code = 2
    traceback = ""

    def __init__(self, message: str, *, place: Place | None = None, hint: str = "") -> None:
        super().__init__(message)
        self.message, self.place, self.hint = message, place, hint

    def __str__(self) -> str:
        return f"{self._what()}\n\nhint: {self.hint}" if self.hint else self._what()

    def _what(self) -> str:
        """The message; the line it is about follows the first one of its own."""
        if self.place is None:
            return self.message
        first, newline, rest = self.message.partition("\n")
        return f"{self.place.path}:{self.place.line}:{self.place.column}: {first}\n{self.place}{newline}{rest}"


class ConfigError(HubError):
    """The config is not usable."""


class PluginError(HubError):
    """A plugin broke its promise, or the one that is needed is not installed."""


class NoWorker(PluginError):  # noqa: N818
    """The process of an agent ends, or keeps silent, before its agent is open; or it speaks another protocol."""


class NotBuilt(HubError):  # noqa: N818
    """The environment of an agent is not there, or cannot be built. What was built before stays."""


class ModelError(HubError):
    """A model cannot be reached: no key, no such provider, no weights."""


class TurnError(HubError):
    """A turn failed. `transient`: the same turn may well succeed when it is tried again, after `retry_after` seconds
    where that is known."""

    def __init__(
        self, message: str, *, hint: str = "", transient: bool = False, retry_after: float | None = None
    ) -> None:
        super().__init__(message, hint=hint)
        self.transient, self.retry_after = transient, retry_after


class NotAvailable(TurnError):  # noqa: N818 - reads as what it says: `raise NotAvailable("a person")`
    """Nobody can answer this question, or the hub has no such tool."""


class WorkerDied(TurnError):  # noqa: N818
    """The agent's process ended in the middle of a turn."""


class RecordError(HubError):
    """A record cannot be read, or found."""


class Unwritable(RecordError):  # noqa: N818
    """The record cannot be written. What was recorded before stays."""

    exit_code = 4


class IllegalEvent(HubError):  # noqa: N818
    """An event that the consensus does not allow; the state is as it was."""

    exit_code = 1
