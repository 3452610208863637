"""A second reading of the record, written apart from the consensus: which calls were made, and what came of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ...consensus import (
    Abstention,
    Answer,
    Ballot,
    Cancelled,
    Decision,
    Decisive,
    Failed,
    Refusal,
    Replied,
    RunStarted,
    TurnStarted,
)
from ...consensus.clusters import cluster_id
from ...contract import Kind

BALLOTS = ("decide", "vote")


@dataclass
class Call:
    """One turn of an agent, all its attempts together. `view` is how many different answers there were when it was
    asked, `seen` when it landed; `outcome` is what it ended with, or None."""

    agent: str
    round: int
    kind: Kind
    shown: tuple[str, ...]
    view: int
    attempts: int = 1
    outcome: Decision | Failed | Cancelled | None = None
    seen: int = 0

    def firsts(self, vetoed: Iterable[str] = ()) -> set[str]:
        """What its ballot likes best, but for what was ruled out."""
        ballot = self.outcome
        if not isinstance(ballot, Ballot):
            return set()
        scores = {name: score for name, score in ballot.scores.items() if name not in vetoed}
        if scores:
            return {name for name, score in scores.items() if score == max(scores.values())}
        ranking = [name for name in ballot.ranking if name not in vetoed]
        return set(ranking[:1]) or {name for name in ballot.approved if name not in vetoed}


@dataclass
class Ledger:
    """Calls in the order in which they were made; answers as (agent, cluster, text) in the order given."""

    started: RunStarted
    calls: dict[tuple[str, int], Call] = field(default_factory=dict)
    given: list[tuple[str, str, str]] = field(default_factory=list)
    repeated: list[str] = field(default_factory=list)

    @property
    def distinct(self) -> int:
        """How many different answers there are."""
        return len({cluster for _, cluster, _ in self.given})

    @property
    def voters(self) -> tuple[str, ...]:
        """The agents whose ballots are counted."""
        return self.started.settings.electorate.voters(self.started.agents)

    def newest(self) -> dict[str, Call]:
        """The newest call for a ballot of each agent that had one."""
        return {call.agent: call for call in self.calls.values() if call.kind in BALLOTS}

    def deciding(self) -> dict[str, Call]:
        """The ballots that may decide, by agent: cast in its newest call, on the newest candidates voted on."""
        cast = {agent: call for agent, call in self.newest().items() if isinstance(call.outcome, Ballot)}
        latest = max((call.view for call in cast.values()), default=0)
        return {agent: call for agent, call in cast.items() if call.view == latest}

    def superseded(self) -> Iterator[Call]:
        """Ballots of agents that were called again and gave an answer, a ballot or nothing since."""
        newest = self.newest()
        return (call for call in self._ballots() if newest[call.agent] is not call)

    def outdated(self) -> Iterator[Call]:
        """Ballots of newest calls that were cast on fewer candidates than others."""
        deciding, newest = self.deciding(), self.newest()
        return (call for call in self._ballots() if newest[call.agent] is call and call.agent not in deciding)

    def of_the_absent(self) -> Iterator[Call]:
        """Ballots of agents that failed, abstained or were called off in their newest call."""
        newest = self.newest()
        gone = (Failed, Abstention, Cancelled)
        return (call for call in self._ballots() if isinstance(newest[call.agent].outcome, gone))

    def vetoed(self) -> set[str]:
        """The candidates that were ruled out by those who may."""
        holders = self.started.settings.electorate.veto
        cast = [call.outcome for agent, call in self.deciding().items() if agent in holders]
        return {name for ballot in cast if isinstance(ballot, Ballot) for name in ballot.veto}

    def own(self) -> set[str]:
        """Voters whose only choice was their own answer, which does not count where there are others to choose."""
        deciding = self.deciding()
        most = max((call.view for call in deciding.values()), default=0)
        if most <= 2 or len(self.voters) <= 2:
            return set()
        return {agent for agent, call in deciding.items() if self._is_for_itself(call)}

    def firsts(self) -> Counter[str]:
        """How many of the ballots that count put each candidate first."""
        vetoed, own = self.vetoed(), self.own()
        counted = [call for agent, call in self.deciding().items() if agent in self.voters and agent not in own]
        return Counter(name for call in counted for name in call.firsts(vetoed))

    def draft_firsts(self) -> Counter[str]:
        """How many voices gave each answer first."""
        first: dict[str, str] = {}
        for agent, cluster, _ in self.given:
            first.setdefault(agent, cluster)
        electorate = self.started.settings.electorate
        voices = electorate.drafters(electorate.voices(self.started.agents))
        return Counter(first[agent] for agent in voices if agent in first)

    def _ballots(self) -> Iterator[Call]:
        return (call for call in self.calls.values() if isinstance(call.outcome, Ballot))

    def _is_for_itself(self, call: Call) -> bool:
        ballot = call.outcome
        named = ballot.named if isinstance(ballot, Ballot) else ()
        return len(named) == 1 and any((agent, cluster) == (call.agent, named[0]) for agent, cluster, _ in self.given)


def read_ledger(start: RunStarted, events: Iterable[Decisive]) -> Ledger:
    """The ledger of a record. It refuses nothing: it looks."""
    ledger = Ledger(start)
    for event in events:
        _enter(ledger, event)
    return ledger


def _enter(ledger: Ledger, event: Decisive) -> None:
    match event:
        case TurnStarted():
            _call(ledger, event)
        case Replied(decision=Refusal()) | Failed(final=False):
            pass
        case Replied() | Failed() | Cancelled():
            _land(ledger, event)


def _call(ledger: Ledger, event: TurnStarted) -> None:
    known = ledger.calls.get((event.agent, event.round))
    if known is None:
        shown = tuple(candidate for _, candidate in event.shown)
        ledger.calls[event.agent, event.round] = Call(event.agent, event.round, event.kind, shown, ledger.distinct)
        return
    known.attempts += 1
    if known.outcome is not None:
        ledger.repeated.append(f"{event.agent} was asked again in round {event.round}, which had landed")


def _land(ledger: Ledger, event: Replied | Failed | Cancelled) -> None:
    call = ledger.calls.get((event.agent, event.round))
    if call is None:
        return
    if call.outcome is not None:
        ledger.repeated.append(f"{event.agent} landed twice in round {event.round}")
    call.outcome = event.decision if isinstance(event, Replied) else event
    call.seen = ledger.distinct
    if isinstance(call.outcome, Answer) and call.kind != "present":
        form = ledger.started.settings.answer
        cluster = call.outcome.cluster or cluster_id(call.outcome.text, form)
        ledger.given.append((event.agent, cluster, call.outcome.text))
