"""What the agents without a model say in a vote: their liking in the form that the turn asks for."""

from __future__ import annotations

from collections.abc import Sequence

from ..contract import JSON, Turn


def fields_of(turn: Turn) -> dict[str, JSON]:
    """What a ballot may hold in this turn."""
    schema = turn.schema or {}
    fields: dict[str, JSON] = schema.get("anyOf", [schema])[0]["properties"]
    return fields


def ballot_for(turn: Turn, ranked: Sequence[str], approved: Sequence[str]) -> dict[str, JSON]:
    """A ballot over labels. `ranked` are those with a place, best first: scores fall from 10 by place, to 1 at least,
    and all others get 0. `approved` are those that are good enough."""
    fields = fields_of(turn)
    if "scores" in fields:
        points = {label: max(1, 10 - place) for place, label in enumerate(ranked)}
        return {"scores": {one.label: points.get(one.label, 0) for one in turn.shown}}
    if "approved" in fields:
        return {"approved": list(approved)}
    return {"ranking": list(ranked[: fields["ranking"]["maxItems"]])}
