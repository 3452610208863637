"""The default protocol: draft alone, compare, decide or vote in rounds, present."""

from __future__ import annotations

from .conclude import conclude_drafts, conclude_vote
from .panel import Panel
from .protocol import ProtocolSpec, Step
from .state import State


class Rounds(Panel):
    """After the drafts, every round is a decision until nobody refines; then its ballots are the vote."""

    def go_on(self, state: State) -> tuple[Step, ...]:
        """The next round when everybody is done with this one."""
        if state.running:
            return ()
        match state.kind:
            case "draft":
                return self.after_drafts(state)
            case "present":
                return self.finish(state, self.best(state))
        if state.round in state.refined_in:
            return self.ask_all(state)
        return self.conclude(state, conclude_vote(state, self.rule))

    def enough(self, state: State) -> str:
        """A round in which somebody refined is heard to its end: its ballots will be superseded."""
        return "" if state.round in state.refined_in else super().enough(state)

    def after_drafts(self, state: State) -> tuple[Step, ...]:
        """Decide by equal answers, or go on to the ballots."""
        if state.given and self.drafts_decide(state):
            return self.conclude(state, conclude_drafts(state))
        return self.ask_all(state)

    def ask_all(self, state: State) -> tuple[Step, ...]:
        """The next round, unless too few agents are left for its ballots to decide anything."""
        if not self.quorate(state):
            return self.finish(state, self.best(state))
        return self.ask(state, self.callable(state), state.round + 1)


ROUNDS = ProtocolSpec(
    name="rounds",
    summary="Draft alone, then decide or vote in rounds until nobody refines.",
    make=Rounds,
)
