"""How a run decides. Plain values; the config checks them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

AnswerForm = Literal["text", "choice", "number", "json", "code"]


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Defaults are those of a free-text question.

    `quorum` is a number of agents (None: more than half of the configured ones); `threshold` the share of them whose
    first choice the winner must be (None: no such demand). `show` caps the candidates that one voter sees. Seconds.
    """

    protocol: str = "rounds"
    rule: str = "borda"
    gate: Literal["majority", "off"] = "majority"
    answer: AnswerForm = "text"
    refine: int = 1
    quorum: int | None = None
    threshold: float | None = None
    show: int = 12
    present: Literal["verbatim", "winner", "synthesize"] = "verbatim"
    presenter: str = ""
    turn_timeout: float = 300.0

    def needed(self, agents: int) -> int:
        """How many of `agents` configured agents must take part in the vote."""
        return agents // 2 + 1 if self.quorum is None else min(self.quorum, agents)
