"""The JSON Schema of the replies that a turn allows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

from ..consensus.rules import Need
from ..contract import JSON, Kind

LONGEST_REASON = 240


def reply_schema(kind: Kind, labels: Sequence[str], need: Need, *, veto: bool = False) -> Mapping[str, JSON] | None:
    """What may be replied to a turn of this kind; None where plain text is the answer. Shared: do not change it."""
    if kind in ("draft", "present"):
        return None
    return _decision_schema(kind, tuple(labels), need, veto)


@lru_cache(maxsize=64)
def _decision_schema(kind: Kind, labels: tuple[str, ...], need: Need, veto: bool) -> Mapping[str, JSON]:
    ballot = ballot_schema(labels, need, veto=veto)
    return ballot if kind == "vote" else {"anyOf": [ballot, ANSWER]}


def ballot_schema(labels: Sequence[str], need: Need, *, veto: bool = False) -> dict[str, JSON]:
    """A ballot over these labels. The reason comes first, so that it is thought first."""
    name, value = _choice(labels, need)
    properties: dict[str, JSON] = {
        "reason": {"type": "string", "description": "why, in one sentence", "maxLength": LONGEST_REASON},
        name: value,
    }
    if veto:
        properties["veto"] = _labels(labels, "labels of answers that must not win, if any", least=0, most=len(labels))
    return {
        "type": "object",
        "description": f"Vote: {VOTES[need]}.",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


VOTES: Mapping[Need, str] = {
    "ranking": "rank the answers, best first",
    "choice": "choose the best answer",
    "approval": "name every answer that is good enough",
    "score": "score every answer",
}


def _choice(labels: Sequence[str], need: Need) -> tuple[str, JSON]:
    """The name and the schema of what a ballot holds for this need."""
    if need == "score":
        score: JSON = {"type": "integer", "minimum": 0, "maximum": 10}
        return "scores", {
            "type": "object",
            "description": "10 is best, 0 is worst",
            "properties": dict.fromkeys(labels, score),
            "required": list(labels),
            "additionalProperties": False,
        }
    if need == "approval":
        return "approved", _labels(labels, "labels of the good answers", least=1, most=len(labels))
    return "ranking", _labels(labels, "labels, best first", least=1, most=len(labels) if need == "ranking" else 1)


def _labels(labels: Sequence[str], description: str, *, least: int, most: int) -> JSON:
    return {
        "type": "array",
        "description": description,
        "items": {"type": "string", "enum": list(labels)},
        "uniqueItems": True,
        "minItems": least,
        "maxItems": most,
    }


ANSWER: dict[str, JSON] = {
    "type": "object",
    "description": "Submit a better answer than those shown.",
    "properties": {"answer": {"type": "string", "description": "the whole better answer"}},
    "required": ["answer"],
    "additionalProperties": False,
}
