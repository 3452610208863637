"""A host that keeps what an agent told it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping

from ..contract import JSON, Activity, Question, Usage
from ..errors import NotAvailable


class RecordingHost:
    """Implements `Host`. `answers` are given to `ask`, in order; without them nobody can answer.

    `said` holds (part, text) as they came, `activities`, `spent` and `questions` the records.
    """

    def __init__(self, answers: Iterable[str] = ()) -> None:
        self._answers = list(answers)
        self.said: list[tuple[int, str]] = []
        self.activities: list[Activity] = []
        self.spent: list[Usage] = []
        self.questions: list[Question] = []

    @property
    def parts(self) -> dict[int, str]:
        """What was streamed, joined by part, in the order in which the parts began."""
        joined = dict.fromkeys((part for part, _ in self.said), "")
        for part, text in self.said:
            joined[part] += text
        return joined

    @property
    def text(self) -> str:
        """What was streamed as the last part, joined."""
        parts = self.parts
        return parts[max(parts)] if parts else ""

    @property
    def tokens(self) -> list[tuple[int | None, int | None]]:
        """Tokens in and out of each report of usage."""
        return [(usage.input, usage.output) for usage in self.spent]

    def say(self, text: str, part: int = 0) -> None:
        """Keep a piece of text."""
        self.said.append((part, text))

    def note(self, activity: Activity) -> None:
        """Keep an activity."""
        self.activities.append(activity)

    def spend(self, usage: Usage) -> None:
        """Keep a report of usage."""
        self.spent.append(usage)

    async def ask(self, question: Question) -> str:
        """The next of the answers. Raises `NotAvailable` where there is none left."""
        self.questions.append(question)
        if not self._answers:
            raise NotAvailable("nobody is there to answer", hint="give `RecordingHost(answers=[...])`")
        return self._answers.pop(0)

    async def call(self, tool: str, arguments: Mapping[str, JSON]) -> JSON:
        """Raises `NotAvailable`: the kit has no tools."""
        raise NotAvailable(f"the hub has no tool `{tool}`, called with {dict(arguments)}")


class SilentHost(RecordingHost):
    """One that is there and never answers. `asked` is set when it is asked."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = asyncio.Event()

    async def ask(self, question: Question) -> str:
        """Wait for ever."""
        self.questions.append(question)
        self.asked.set()
        await asyncio.Event().wait()
        raise AssertionError("nobody sets it")
