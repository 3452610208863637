"""A run as one plain JSON object: what `--json` prints."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .codec import to_plain
from .consensus import State
from .consensus.count import deciding
from .events import Event
from .record import state_of
from .view.board import Spent


def report(events: Sequence[Event]) -> dict[str, Any]:
    """Who took part and where, every turn with its raw text and what was read out of it, ballots, verdict, usage."""
    state = state_of(events)
    started = state.started
    verdict = state.verdict
    return {
        "run": events[0].run if events else None,
        "task": started.task if started else None,
        "seed": started.seed if started else None,
        "settings": to_plain(started.settings) if started else None,
        "agents": dict(started.agents) if started else {},
        "ran_on": _ran_on(events),
        "candidates": _candidates(state),
        "turns": _turns(events, dict(started.agents) if started else {}),
        "ballots": _ballots(events, state),
        "usage": _usage(events),
        "unmetered": _unmetered(events, state),
        "verdict": {**to_plain(verdict), "exit_code": verdict.exit_code} if verdict else None,
    }


def _ran_on(events: Sequence[Event]) -> dict[str, Any]:
    """Where each agent was opened last, and on which versions."""
    return {
        event.data["agent"]: {"where": event.data["where"], "versions": to_plain(event.data["versions"])}
        for event in events
        if event.type == "opened"
    }


def _candidates(state: State) -> list[dict[str, Any]]:
    candidates = state.candidates() if state.started else {}
    return [{"id": one.id, "authors": list(one.authors), "text": one.text} for one in candidates.values()]


def _turns(events: Sequence[Event], agents: dict[str, str]) -> list[dict[str, Any]]:
    """Each attempt of each turn, from its start to how it ended."""
    turns: dict[tuple[Any, ...], dict[str, Any]] = {}
    for event in events:
        key = tuple(event.data.get(name) for name in ("agent", "round", "attempt"))
        if event.type == "turn_started":
            turns[key] = {**to_plain(event.data), "framework": agents[event.data["agent"]], "ended": None}
        elif event.type in ("replied", "failed", "cancelled"):
            turns[key] |= {**to_plain(event.data), "ended": event.type}
    return list(turns.values())


def _ballots(events: Sequence[Event], state: State) -> list[dict[str, Any]]:
    """Each ballot with the text it was parsed from. `counts` is false for one that was superseded, is stale, or is
    only advice."""
    counted = {(cast.agent, cast.round) for cast in deciding(state).values() if cast.agent in state.voters}
    agents = state.started.agents if state.started else {}
    return [
        {
            "voter": event.data["agent"],
            "framework": agents[event.data["agent"]],
            "round": event.data["round"],
            **{name: value for name, value in to_plain(event.data["decision"]).items() if name != "kind"},
            "text": event.data["text"],
            "data": to_plain(event.data["data"]),
            "counts": (event.data["agent"], event.data["round"]) in counted,
        }
        for event in events
        if event.type == "replied" and to_plain(event.data["decision"])["kind"] == "ballot"
    ]


def _unmetered(events: Sequence[Event], state: State) -> list[str]:
    """Agents whose calls nobody counted on the wire: they have a client of their own, or no gateway before them."""
    metered = {event.data["agent"] for event in events if event.type == "usage" and event.data["by"] == "gateway"}
    return sorted(state.seats.keys() - metered)


def _usage(events: Sequence[Event]) -> dict[str, Any]:
    spent: dict[str, Spent] = {}
    for event in events:
        if event.type == "usage":
            spent.setdefault(event.data["agent"], Spent()).take(event.data)
    return {agent: {"metered": one.metered or None, "reported": one.reported or None} for agent, one in spent.items()}
