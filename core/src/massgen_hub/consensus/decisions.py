"""What the hub can read out of a reply."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

Channel = Literal["native", "json", "text"]
"""Where a decision was found: native arguments, a JSON object in the text, or the text itself."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """An answer, or a better one. `files` are the relative paths of what the turn left in its folder. `cluster` names
    the equal answers that it is one of, as told when it was read, so that a record can be folded without the user's
    extractor and after a canonical form has changed (None: its text tells)."""

    text: str
    cluster: str | None = None
    files: tuple[str, ...] = ()
    channel: Channel = "text"
    kind: Literal["answer"] = "answer"


@dataclass(frozen=True, kw_only=True)
class Ballot:
    """What a voter thinks of the candidates: a ranking, best first, or those it approves, or scores from 0 to 10.

    `labels` are the ones the voter used for them, in the same order; `veto` are candidates it rules out.
    """

    ranking: tuple[str, ...] = ()
    approved: tuple[str, ...] = ()
    scores: Mapping[str, float] = field(default_factory=dict)
    veto: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    reason: str = ""
    channel: Channel = "json"
    kind: Literal["ballot"] = "ballot"

    @property
    def named(self) -> tuple[str, ...]:
        """Every candidate that the ballot names, but for vetoes."""
        return (*self.ranking, *self.approved, *self.scores)


@dataclass(frozen=True, kw_only=True)
class Abstention:
    """The agent chose not to vote, or (`invalid`) it spoke and nothing valid could be read."""

    why: str
    invalid: bool = False
    kind: Literal["abstention"] = "abstention"


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """This attempt is not valid; the same turn is asked once more with `why` as its `repair`."""

    why: str
    kind: Literal["refusal"] = "refusal"


Decision: TypeAlias = Answer | Ballot | Abstention | Refusal
