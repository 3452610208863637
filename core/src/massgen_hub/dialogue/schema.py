"""The JSON Schema of the replies that a turn allows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

from ..consensus import Rule
from ..contract import JSON, Kind

LONGEST_REASON = 240


def reply_schema(kind: Kind, labels: Sequence[str], rule: Rule) -> Mapping[str, JSON] | None:
    """What may be replied to a turn of this kind; None where plain text is the answer. Shared: do not change it."""
    if kind in ("draft", "present"):
        return None
    return _decision_schema(kind, tuple(labels), len(labels) if rule.needs == "ranking" else 1)


@lru_cache(maxsize=64)
def _decision_schema(kind: Kind, labels: tuple[str, ...], most: int) -> Mapping[str, JSON]:
    ballot = ballot_schema(labels, most)
    return ballot if kind == "vote" else {"anyOf": [ballot, ANSWER]}


def ballot_schema(labels: Sequence[str], most: int) -> dict[str, JSON]:
    """A ballot that names at most `most` of these labels. The reason comes first, so that it is thought first."""
    ranking = {
        "type": "array",
        "description": "labels, best first",
        "items": {"type": "string", "enum": list(labels)},
        "uniqueItems": True,
        "minItems": 1,
        "maxItems": most,
    }
    return {
        "type": "object",
        "description": "Vote: rank the answers, best first.",
        "properties": {
            "reason": {"type": "string", "description": "why, in one sentence", "maxLength": LONGEST_REASON},
            "ranking": ranking,
        },
        "required": ["reason", "ranking"],
        "additionalProperties": False,
    }


ANSWER: dict[str, JSON] = {
    "type": "object",
    "description": "Submit a better answer than those shown.",
    "properties": {"answer": {"type": "string", "description": "the whole better answer"}},
    "required": ["answer"],
    "additionalProperties": False,
}
