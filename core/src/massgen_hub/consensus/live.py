"""No barrier: whoever is idle and has not seen the newest candidates is asked at once."""

from __future__ import annotations

from .conclude import conclude_drafts, conclude_vote
from .panel import Panel, cancel
from .protocol import ProtocolSpec, Step
from .state import Seat, State


class Live(Panel):
    """A running turn is never interrupted for a new answer: a ballot that it ends with is recorded as stale, an answer
    is kept, and the agent is asked once about what it has not seen. Answers per agent are bounded by `refine`."""

    def go_on(self, state: State) -> tuple[Step, ...]:
        """Ask whoever is behind; end when nobody is."""
        if state.kind == "present":
            return () if state.running else self.finish(state, self.best(state))
        if behind := self._behind(state):
            return self._call(state, behind)
        if state.running:
            return ()
        if state.given and not state.cast and self.drafts_decide(state):
            return self.conclude(state, conclude_drafts(state))
        return self.conclude(state, conclude_vote(state, self.rule))

    def enough(self, state: State) -> str:
        """Equal drafts decide while others still draft or vote; ballots only when no answer can follow."""
        running = [state.seats[agent] for agent in state.running]
        if all(seat.kind == "vote" for seat in running):
            open_ = self._behind(state) or any(_outdated(seat, state) for seat in running)
            return "" if open_ else self.ballots_suffice(state)
        if any(seat.kind == "present" for seat in running) or len(state.seats) == 1:
            return ""
        return self.drafts_suffice(state) if not state.cast else ""

    def _call(self, state: State, agents: list[str]) -> tuple[Step, ...]:
        if state.given and not state.cast and self.drafts_decide(state):
            return cancel(state, state.running, "settled") or self.conclude(state, conclude_drafts(state))
        if not self.quorate(state):
            return () if state.running else self.finish(state, self.best(state))
        return self.ask(state, agents, state.distinct())

    def _behind(self, state: State) -> list[str]:
        """Idle agents that have not been asked about the newest candidates, once there is something to compare."""
        drafting = any(state.seats[agent].kind == "draft" for agent in state.running)
        if not state.given or (drafting and state.distinct() < 2):
            return []
        idle = [agent for agent in self.callable(state) if agent not in state.running]
        return [agent for agent in idle if _outdated(state.seats[agent], state)]


def _outdated(seat: Seat, state: State) -> bool:
    """Whether it was not asked about the newest candidates, or gave an answer instead of a ballot."""
    return seat.answered >= seat.voting or state.distinct(seat.view) < state.distinct()


LIVE = ProtocolSpec(
    name="live",
    summary="No rounds: whoever is idle is asked about the newest candidates at once.",
    make=Live,
)
