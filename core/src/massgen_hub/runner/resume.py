"""Where a run goes on whose process ended in the middle: what the events before that left to do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..consensus import Ask, Cancel, Cancelled, Decisive, Failed, Refusal, Replied, State, Step, TurnStarted, fold
from ..consensus import Protocol as ConsensusProtocol

Tries = Counter[tuple[str, int, str]]
"""How often an agent was asked again in a round, for a `repair` or as a `retry`."""


@dataclass(frozen=True, kw_only=True)
class OpenTurn:
    """The newest attempt of an agent's newest turn. `outcome` is None where the reply was lost with the process."""

    started: TurnStarted
    outcome: Replied | Failed | None = None

    @property
    def ask(self) -> Ask:
        """What the protocol had asked for."""
        begun = self.started
        return Ask(agent=begun.agent, round=begun.round, kind=begun.kind, shown=begun.shown)

    @property
    def lost(self) -> Failed:
        """That the reply was lost. It is not the agent's failure, and costs it no retry."""
        where = self.started
        return Failed(
            agent=where.agent,
            round=where.round,
            attempt=where.attempt,
            why="cut_off",
            message="the hub ended before the reply came",
            final=False,
        )

    @property
    def repair(self) -> str | None:
        """What the next attempt is told: why this one was refused, or what this one was told itself."""
        match self.outcome:
            case Replied(decision=Refusal(why=why)):
                return why
        return self.started.repair


def newest_turns(before: Iterable[Decisive]) -> dict[str, OpenTurn]:
    """The newest turn of each agent; those of agents that are still running are open."""
    turns: dict[str, OpenTurn] = {}
    for event in before:
        match event:
            case TurnStarted():
                turns[event.agent] = OpenTurn(started=event)
            case Replied() | Failed():
                turns[event.agent] = OpenTurn(started=turns[event.agent].started, outcome=event)
    return turns


def tries_in(before: Iterable[Decisive]) -> Tries:
    """The repairs and retries already used. A turn that was cut off has used none."""
    tries: Tries = Counter()
    for event in before:
        match event:
            case Replied(decision=Refusal()):
                tries[event.agent, event.round, "repair"] += 1
            case Failed(final=False) if event.why != "cut_off":
                tries[event.agent, event.round, "retry"] += 1
    return tries


def refold(before: Sequence[Decisive], protocol: ConsensusProtocol) -> tuple[State, tuple[Step, ...]]:
    """The state so far, and the steps that the protocol had decided on and the process did not live to take.

    What a protocol says at once is journaled at once: its last words are the first attempts and cancellations at the
    end of the record. They are asked for again and compared, because a protocol that is shown half of a round cannot
    know that the other half was never asked.
    """
    number = len(before)
    while number and _is_step(before[number - 1]):
        number -= 1
    state = fold(before[:number])
    left: tuple[Step, ...] = ()
    for event in before[number:]:
        said = left or tuple(protocol.next(state))
        rest = tuple(step for step in said if not _took(step, event))
        left = rest if len(rest) < len(said) else ()
        state.apply(event)
    return state, left


def _is_step(event: Decisive) -> bool:
    """Whether the protocol said so; further attempts are the runner's."""
    return isinstance(event, Cancelled) or (isinstance(event, TurnStarted) and event.attempt == 1)


def _took(step: Step, event: Decisive) -> bool:
    match step, event:
        case Ask(), TurnStarted():
            return (step.agent, step.round) == (event.agent, event.round)
        case Cancel(), Cancelled():
            return step.agent == event.agent
    return False
