"""The state of a run: the fold of its decisive events. No clock, no chance but the seed, no I/O.

`check` refuses an event that cannot happen now and changes nothing; `apply` checks, then changes. Everything that
changes the state is in this file.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from ..contract import Kind
from ..errors import IllegalEvent
from .clusters import Candidate, Given, cluster_id, clusters
from .decisions import Abstention, Answer, Ballot, Refusal
from .draw import shuffled
from .electorate import Past
from .events import Cancelled, Decisive, Ended, Failed, Replied, RunStarted, Stopped, TurnStarted
from .settings import Settings
from .verdict import Verdict


@dataclass
class Seat:
    """One agent of the run: what it was last asked, and whether it still takes part."""

    agent: str
    status: Literal["idle", "running", "out"] = "idle"
    round: int = 0
    attempt: int = 0
    kind: Kind = "draft"
    voting: int = 0  # the round of its newest turn that asked for a ballot
    answered: int = 0  # the round of its newest answer
    view: int = 0  # how many answers had been given when its turn began
    shown: tuple[tuple[str, str], ...] = ()
    labels: dict[str, str] = field(default_factory=dict)
    refined: int = 0
    why: str = ""
    hint: str = ""


@dataclass(frozen=True, kw_only=True)
class Cast:
    """A ballot as it landed: what it was cast on, and whether the candidates had changed by then (`stale`)."""

    agent: str
    round: int
    view: int
    shown: tuple[str, ...]
    ballot: Ballot
    stale: bool


class State:
    """Seats in an order drawn from the seed, the answers given, the ballots of each round.

    `voices` are the configured agents whose answers and first choices make agreement, `voters` those whose ballots are
    counted; both in seat order.
    """

    def __init__(self) -> None:
        self.started: RunStarted | None = None
        self.seats: dict[str, Seat] = {}
        self.voices: tuple[str, ...] = ()
        self.voters: tuple[str, ...] = ()
        self.running: set[str] = set()
        self.round = 0
        self.turns = 0
        self.given: list[Given] = []
        self.support: dict[str, set[str]] = {}
        self.cast: dict[tuple[str, int], Cast] = {}
        self.abstained: dict[int, dict[str, Abstention]] = {}
        self.cancelled: dict[int, dict[str, str]] = {}
        self.refined_in: set[int] = set()
        self.left_behind: set[str] = set()
        self.stopped: Stopped | None = None
        self.presented: str | None = None
        self.verdict: Verdict | None = None
        self._distinct = [0]
        self._candidates: dict[int, dict[str, Candidate]] = {}

    @property
    def settings(self) -> Settings:
        """How this run decides."""
        return self._start.settings

    @property
    def seed(self) -> int:
        """The seed of every draw."""
        return self._start.seed

    @property
    def run(self) -> str:
        """The name of the run."""
        return self._start.run

    @property
    def past(self) -> Past | None:
        """What was known of the agents when the run began."""
        return self._start.past

    @property
    def live(self) -> list[Seat]:
        """The seats that still take part, in seat order."""
        return [seat for seat in self.seats.values() if seat.status != "out"]

    @property
    def kind(self) -> Kind:
        """What the newest round asks for; `decide` if it asks anybody to."""
        kinds = {seat.kind for seat in self.seats.values() if seat.round == self.round}
        return next((kind for kind in ("present", "draft", "decide", "vote") if kind in kinds), "draft")

    def candidates(self, view: int | None = None) -> dict[str, Candidate]:
        """The candidates made of the first `view` answers (None: of all). Computed once for the same answers; more
        answers add candidates and members, and never rename or remove one."""
        number = len(self.given) if view is None else view
        if number not in self._candidates:
            self._candidates[number] = clusters(self.given[:number], self.seed)
        return self._candidates[number]

    def distinct(self, view: int | None = None) -> int:
        """How many candidates the first `view` answers make (None: all)."""
        return self._distinct[-1 if view is None else view]

    def view(self, agent: str, attempt: int) -> int:
        """How many answers the candidates shown in an attempt are made of: a new try is shown what the first was."""
        return len(self.given) if attempt == 1 else self.seats[agent].view

    def check(self, event: Decisive) -> None:
        """Raise `IllegalEvent` if the event cannot happen now."""
        if self.verdict is not None:
            raise IllegalEvent(f"`{event.type}` after the run has ended")
        if (self.started is None) != isinstance(event, RunStarted):
            raise IllegalEvent(f"`{event.type}` {'before' if self.started is None else 'after'} the run started")
        self._check(event)

    def apply(self, event: Decisive) -> None:
        """Fold one event in. Raises `IllegalEvent`, and then the state is as it was."""
        self.check(event)
        self.change(event)

    @property
    def _start(self) -> RunStarted:
        if self.started is None:
            raise IllegalEvent("the run has not started")
        return self.started

    # What may happen when

    def _check(self, event: Decisive) -> None:
        match event:
            case TurnStarted():
                self._check_turn(event)
            case Replied():
                self._check_reply(event)
            case Failed() | Cancelled():
                self._asked(event.agent, event.round, event.attempt)
            case RunStarted():
                self._check_start(event)
            case Stopped() if self.stopped is not None:
                raise IllegalEvent("the run is stopped already")
            case Ended() if self.running:
                raise IllegalEvent(f"the run ends while {_names(self.running)} are busy")

    def _check_start(self, event: RunStarted) -> None:
        electorate = event.settings.electorate
        if not electorate.drafters(event.agents):
            raise IllegalEvent("a run needs at least one agent that answers")
        named = {*electorate.weights, *electorate.advisory, *electorate.veto, electorate.judge} - {""}
        if strangers := named - event.agents.keys():
            raise IllegalEvent(f"the electorate names {_names(strangers)}, no agents of this run")
        if not electorate.voters(event.agents):
            raise IllegalEvent("a run needs at least one agent whose voice counts")

    def _check_turn(self, event: TurnStarted) -> None:
        seat = self._seat(event.agent)
        if seat.status == "out":
            raise IllegalEvent(f"`{event.agent}` sits out and is asked")
        again = seat.status == "running"
        if again and (event.round, event.attempt) != (seat.round, seat.attempt + 1):
            raise IllegalEvent(f"`{event.agent}` is busy and is asked something else")
        if not again and (event.attempt != 1 or event.round <= seat.round or event.round > self.round + 1):
            raise IllegalEvent(f"`{event.agent}` is asked round {event.round}, attempt {event.attempt}, out of turn")
        labels, shown = [label for label, _ in event.shown], [candidate for _, candidate in event.shown]
        if len(set(labels)) < len(labels) or len(set(shown)) < len(shown):
            raise IllegalEvent(f"`{event.agent}` is shown a label or a candidate twice")
        if shown and not set(shown) <= self.candidates(self.view(event.agent, event.attempt)).keys():
            raise IllegalEvent(f"`{event.agent}` is shown a candidate that does not exist")

    def _check_reply(self, event: Replied) -> None:
        seat = self._asked(event.agent, event.round, event.attempt)
        match event.decision:
            case Ballot():
                self._check_ballot(seat, event.decision)
            case Answer():
                if seat.kind == "vote":
                    raise IllegalEvent(f"`{event.agent}` answers in a vote turn")

    def _check_ballot(self, seat: Seat, ballot: Ballot) -> None:
        if seat.kind not in ("decide", "vote"):
            raise IllegalEvent(f"`{seat.agent}` votes in a {seat.kind} turn")
        named = ballot.named
        if not named or len(set(named)) < len(named):
            raise IllegalEvent(f"`{seat.agent}` names nothing, or a candidate twice")
        if not {*named, *ballot.veto} <= {candidate for _, candidate in seat.shown}:
            raise IllegalEvent(f"`{seat.agent}` names a candidate that it was not shown")
        if not all(0 <= score <= 10 for score in ballot.scores.values()):
            raise IllegalEvent(f"`{seat.agent}` gives a score that is not between 0 and 10")
        if ballot.veto and seat.agent not in self.settings.electorate.veto:
            raise IllegalEvent(f"`{seat.agent}` has no veto and uses one")

    def _seat(self, agent: str) -> Seat:
        if agent not in self.seats:
            raise IllegalEvent(f"`{agent}` is no agent of this run")
        return self.seats[agent]

    def _asked(self, agent: str, round_: int, attempt: int) -> Seat:
        seat = self._seat(agent)
        if seat.status != "running" or (seat.round, seat.attempt) != (round_, attempt):
            raise IllegalEvent(f"`{agent}` was not asked round {round_}, attempt {attempt}, or is done with it")
        return seat

    # What it changes

    def change(self, event: Decisive) -> None:
        """Fold in an event that `check` let pass."""
        if isinstance(event, (Failed, Cancelled)) and event.left_behind:
            self.left_behind.add(event.agent)
        match event:
            case TurnStarted():
                self._ask(event)
            case Replied():
                self._hear(event)
            case Failed() if event.final:
                seat = self._free(event.agent)
                seat.status, seat.why, seat.hint = "out", f"{event.why}: {event.message}", event.hint
            case Cancelled():
                self._free(event.agent)
                self.cancelled.setdefault(event.round, {})[event.agent] = event.why
            case RunStarted():
                self.started = event
                self.seats = {agent: Seat(agent) for agent in shuffled(event.agents, event.seed, "seat")}
                self.voices = event.settings.electorate.voices(self.seats)
                self.voters = event.settings.electorate.voters(self.seats)
            case Stopped():
                self.stopped = event
            case Ended():
                self.verdict = event.verdict

    def _ask(self, event: TurnStarted) -> None:
        seat = self.seats[event.agent]
        seat.view = self.view(event.agent, event.attempt)
        seat.status, seat.round, seat.attempt, seat.kind = "running", event.round, event.attempt, event.kind
        seat.voting = event.round if event.kind in ("decide", "vote") else seat.voting
        seat.shown = event.shown
        seat.labels.update((candidate, label) for label, candidate in event.shown)
        self.round = max(self.round, event.round)
        self.turns += 1
        self.running.add(event.agent)

    def _hear(self, event: Replied) -> None:
        decision = event.decision
        if isinstance(decision, Refusal):
            return
        seat = self._free(event.agent)
        match decision:
            case Ballot():
                self._take(seat, decision)
            case Abstention():
                self.abstained.setdefault(event.round, {})[event.agent] = decision
            case Answer() if seat.kind == "present":
                self.presented = decision.text
            case Answer():
                self._give(seat, decision)

    def _free(self, agent: str) -> Seat:
        seat = self.seats[agent]
        seat.status = "idle"
        self.running.discard(agent)
        return seat

    def _take(self, seat: Seat, ballot: Ballot) -> None:
        self.cast[seat.agent, seat.round] = Cast(
            agent=seat.agent,
            round=seat.round,
            view=seat.view,
            shown=tuple(candidate for _, candidate in seat.shown),
            ballot=ballot,
            stale=self.distinct(seat.view) < self.distinct(),
        )

    def _give(self, seat: Seat, answer: Answer) -> None:
        cluster = answer.cluster or cluster_id(answer.text, self.settings.answer)
        one = Given(agent=seat.agent, round=seat.round, text=answer.text, cluster=cluster, files=answer.files)
        self.given.append(one)
        seat.answered = seat.round
        self.support.setdefault(cluster, set()).add(seat.agent)
        self._distinct.append(len(self.support))
        if seat.kind == "decide":
            seat.refined += 1
            self.refined_in.add(seat.round)


def fold(events: Iterable[Decisive]) -> State:
    """The state that a record describes. Raises `IllegalEvent` where it describes none."""
    state = State()
    for event in events:
        state.apply(event)
    return state


def _names(agents: Iterable[str]) -> str:
    return ", ".join(f"`{agent}`" for agent in sorted(agents))
