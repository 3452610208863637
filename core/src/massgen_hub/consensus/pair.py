"""Two first: where they agree, the run is over; else the whole panel (the cascade of HCP-MAD, arXiv 2604.09679)."""

from __future__ import annotations

from .conclude import conclude_drafts
from .count import count_drafts
from .protocol import Ask, ProtocolSpec, Step
from .rounds import Rounds
from .state import State


class Pair(Rounds):
    """Asks the two agents of most weight (of equal ones, the first in seat order), then everybody else."""

    def start(self, state: State) -> tuple[Step, ...]:
        """Two drafts."""
        return tuple(Ask(agent=agent, round=1, kind="draft") for agent in self._ordered(state)[:2])

    def enough(self, state: State) -> str:
        """Two drafts are waited for; what comes later is as in `rounds`."""
        return "" if state.round == 1 else super().enough(state)

    def after_drafts(self, state: State) -> tuple[Step, ...]:
        """The two agree, or the rest is asked."""
        rest = [agent for agent in self._ordered(state) if not state.seats[agent].round]
        if state.round > 1 or not rest:
            return super().after_drafts(state)
        if self.drafts_decide(state):
            return self.conclude(state, conclude_drafts(state))
        return tuple(Ask(agent=agent, round=2, kind="draft") for agent in rest)

    def drafts_decide(self, state: State) -> bool:
        """The two who were asked first gave equal answers, or what decides in `rounds` does."""
        pair = {given.agent for given in state.given} == set(self._ordered(state)[:2]) and state.distinct() == 1
        return (pair and self.uncontested(count_drafts(state))) or super().drafts_decide(state)

    def _ordered(self, state: State) -> list[str]:
        electorate = self.settings.electorate
        return sorted(electorate.drafters(state.seats), key=lambda agent: -electorate.weight(agent))


PAIR = ProtocolSpec(
    name="pair",
    summary="Two agents draft; if they agree that is it, else the whole panel goes on in rounds.",
    make=Pair,
)
