"""How a run decides. Plain values; the config checks them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from .electorate import Electorate

AnswerForm = Literal["text", "choice", "number", "json", "code"]


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Defaults are those of a free-text question.

    `gate` says when equal drafts decide without a vote: `majority` where more than half of the electorate agrees,
    `plurality` always, so that the drafts are the votes. `drafts`: whether in a vote where everybody sees every
    candidate each draft is one more short ballot for its own answer; a vote over answers forgets how many gave each
    otherwise. `lead` stops counting as soon as one candidate is that many first places ahead (None: only when nothing
    can change any more); which ballots came first then matters.
    `extractor` names the function (`module:attribute`) that says what makes answers equal, instead of `answer`.
    `quorum` is a number of agents (None: more than half of those whose voice counts); `threshold` the share of the
    electorate's weight whose first choice the winner must be (None: no such demand). `show` caps the candidates that
    one voter sees. Seconds.
    """

    protocol: str = "rounds"
    rule: str = "borda"
    gate: Literal["majority", "plurality", "off"] = "majority"
    drafts: Literal["counted", "shown"] = "counted"
    answer: AnswerForm = "text"
    extractor: str = ""
    refine: int = 1
    electorate: Electorate = field(default_factory=Electorate)
    quorum: int | None = None
    threshold: float | None = None
    lead: int | None = None
    show: int = 12
    present: Literal["verbatim", "winner", "synthesize"] = "verbatim"
    presenter: str = ""
    turn_timeout: float = 300.0

    def needed(self, voters: int) -> int:
        """How many of so many configured voters must take part in the vote."""
        return voters // 2 + 1 if self.quorum is None else min(self.quorum, voters)
