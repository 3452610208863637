"""What is going on in a run, folded from its events: a lane for each agent, and the ballots as they land."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..consensus import Ballot, State
from ..events import Event
from ..record.reading import decisive
from .text import names

LONGEST_TAIL = 2_000
STATES = {"draft": "drafting", "decide": "deciding", "vote": "voting", "present": "writing up"}


@dataclass
class Spent:
    """Tokens of one agent. What the gateway counted on the wire replaces what the framework reported."""

    reported: dict[str, int] = field(default_factory=dict)
    metered: dict[str, int] = field(default_factory=dict)

    def take(self, data: Mapping[str, Any]) -> None:
        """Add a usage event."""
        counts = self.metered if data.get("by") == "gateway" else self.reported
        for name in ("input", "output", "calls"):
            if data.get(name) is not None:
                counts[name] = counts.get(name, 0) + data[name]

    def get(self, name: str) -> int | None:
        """The sum; None where nobody knows."""
        return (self.metered or self.reported).get(name)


@dataclass
class Lane:
    """One agent: what it is doing, since when, and the end of what it says."""

    agent: str
    framework: str
    state: str = "waiting"
    since: float = 0.0
    busy: float = 0.0
    running: bool = False
    text: str = ""
    doing: str = ""
    spent: Spent = field(default_factory=Spent)

    def seconds(self, now: float) -> float:
        """How long it has worked in all."""
        return self.busy + (max(0.0, now - self.since) if self.running else 0.0)


@dataclass(frozen=True, kw_only=True)
class Landed:
    """A ballot, in the names of the authors of what it ranks."""

    agent: str
    round: int
    ranking: tuple[str, ...]
    reason: str


def liked(ballot: Ballot) -> tuple[str, ...]:
    """What a ballot names, best first."""
    if ballot.scores:
        return tuple(sorted(ballot.scores, key=lambda name: -ballot.scores[name]))
    return ballot.named


class Board:
    """Fold events into it with `take`."""

    def __init__(self) -> None:
        self.state = State()
        self.lanes: dict[str, Lane] = {}
        self.ballots: list[Landed] = []
        self.run, self.started, self.now = "", 0.0, 0.0
        self._part: dict[str, tuple[int, int, int]] = {}

    def take(self, event: Event) -> None:
        """Fold one event in."""
        before, self.run, self.now = self.now, event.run, event.ts
        for typed in decisive([event]):
            self.state.apply(typed)
        lane = self.lanes.get(event.data.get("agent", ""))
        match event.type:
            case "run_started":
                self.started = event.ts
                self.lanes = {agent: Lane(agent, type_) for agent, type_ in event.data["agents"].items()}
            case "resumed":  # nobody was busy while there was no process
                for cut_off in (one for one in self.lanes.values() if one.running):
                    cut_off.busy, cut_off.since = cut_off.seconds(before), event.ts
            case "turn_started" if lane:
                lane.state, lane.since, lane.running = STATES[event.data["kind"]], event.ts, True
                lane.text = lane.doing = ""
            case "delta" if lane:
                self._say(lane, event.data)
            case "note" if lane:
                lane.doing = f"{event.data['kind']} {event.data['name']}".strip()
            case "usage" if lane:
                lane.spent.take(event.data)
            case "replied" | "failed" | "cancelled" if lane:
                self._land(lane, event)

    def authors(self, candidate: str) -> str:
        """The authors of a candidate, as people know it."""
        return names(self.state.candidates()[candidate].authors)

    def _say(self, lane: Lane, data: Mapping[str, Any]) -> None:
        part = (data["round"], data["attempt"], data["part"])
        if self._part.get(lane.agent) != part:
            self._part[lane.agent], lane.text = part, ""
        lane.text = (lane.text + data["text"])[-LONGEST_TAIL:]

    def _land(self, lane: Lane, event: Event) -> None:
        lane.busy, lane.running, lane.doing = lane.seconds(event.ts), False, ""
        data = event.data
        if event.type == "cancelled":
            lane.state = "not needed" if data["why"] in ("settled", "lead") else "stopped"
        elif event.type == "failed":
            lane.state, lane.text = ("failed" if data["final"] else "trying again"), data["message"]
        else:
            self._hear(lane, data)

    def _hear(self, lane: Lane, data: Mapping[str, Any]) -> None:
        cast = self.state.cast.get((lane.agent, data["round"]))
        if cast is not None:
            choice = tuple(map(self.authors, liked(cast.ballot)))
            self.ballots.append(
                Landed(agent=lane.agent, round=data["round"], ranking=choice, reason=cast.ballot.reason)
            )
            lane.state, lane.text = "voted", (", " if cast.ballot.approved else " > ").join(choice)
        elif abstention := self.state.abstained.get(data["round"], {}).get(lane.agent):
            lane.state, lane.text = "abstained", abstention.why
        elif lane.agent in self.state.running:
            lane.state, lane.text = "asked again", data["text"]
        else:
            lane.state, lane.text = "answered", data["decision"]["text"]
