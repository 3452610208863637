"""Where the runner writes. The record implements it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from ..consensus import Decisive
from ..contract import JSON


class Journal(Protocol):
    """`decide` returns when the event is safe, or raises `Unwritable`."""

    def clean(self, value: JSON) -> JSON: ...
    def decide(self, event: Decisive) -> None: ...
    def delta(self, agent: str, round_: int, attempt: int, part: int, text: str) -> None: ...
    def activity(self, type_: str, data: Mapping[str, JSON]) -> None: ...
