"""What the hub can read out of a reply."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Channel = Literal["native", "json", "text"]
"""Where a decision was found: native arguments, a JSON object in the text, or the text itself."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """An answer, or a better one. `files` are the relative paths of what the turn left in its folder."""

    text: str
    files: tuple[str, ...] = ()
    channel: Channel = "text"
    kind: Literal["answer"] = "answer"


@dataclass(frozen=True, kw_only=True)
class Ballot:
    """A ranking of candidates, best first. `labels` are the ones the voter used for them, in the same order."""

    ranking: tuple[str, ...]
    labels: tuple[str, ...] = ()
    reason: str = ""
    channel: Channel = "json"
    kind: Literal["ballot"] = "ballot"


@dataclass(frozen=True, kw_only=True)
class Abstention:
    """The agent spoke, but nothing valid could be read, or it chose not to vote."""

    why: str
    kind: Literal["abstention"] = "abstention"


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """This attempt is not valid; the same turn is asked once more with `why` as its `repair`."""

    why: str
    kind: Literal["refusal"] = "refusal"


Decision: TypeAlias = Answer | Ballot | Abstention | Refusal
