"""The default protocol: draft alone, compare, decide or vote in rounds, present."""

from __future__ import annotations

from dataclasses import replace

from .conclude import conclude_support, conclude_vote, count_round, final_round, missed, pick, tally_of
from .exposure import exposure
from .protocol import Ask, Cancel, Finish, ProtocolSpec, Step
from .rules import Rule
from .settings import Settings
from .state import State
from .verdict import Verdict


class Rounds:
    """Round 1 is the draft; every later round is a decision until nobody refines, then its ballots are the vote."""

    def __init__(self, settings: Settings, rule: Rule) -> None:
        self.settings, self.rule = settings, rule

    def next(self, state: State) -> tuple[Step, ...]:
        """What to do now."""
        if state.verdict is not None:
            return ()
        if state.stopped is not None:
            return _cancel(state, state.stopped.why) or self._finish(state, self._best(state))
        if state.round == 0:
            return tuple(Ask(agent=agent, round=1, kind="draft") for agent in state.seats)
        if state.running:
            return _cancel(state, "settled") if self._settled(state) else ()
        if state.kind == "present":
            return self._finish(state, self._best(state))
        return self._after_draft(state) if state.round == 1 else self._after_vote(state)

    def _after_draft(self, state: State) -> tuple[Step, ...]:
        if len(state.seats) == 1 and state.given:
            return self._finish(state, conclude_support(state, "alone", self.rule))
        if self._gate(state):
            return self._conclude(state, conclude_support(state, "gate", self.rule))
        return self._ask_all(state)

    def _after_vote(self, state: State) -> tuple[Step, ...]:
        if state.round in state.refined_in:
            return self._ask_all(state)
        return self._conclude(state, conclude_vote(state, self.rule))

    def _ask_all(self, state: State) -> tuple[Step, ...]:
        """The next round, unless too few agents are left for its ballots to decide anything."""
        if not state.given or len(state.live) < self.settings.needed(len(state.seats)):
            return self._finish(state, self._best(state))
        round_ = state.round + 1
        shown = exposure(state, round_)
        return tuple(
            Ask(
                agent=seat.agent,
                round=round_,
                kind="decide" if seat.refined < self.settings.refine else "vote",
                shown=shown[seat.agent],
            )
            for seat in state.live
        )

    def _conclude(self, state: State, verdict: Verdict) -> tuple[Step, ...]:
        """Ask for the write-up that the settings want, or finish."""
        if self.settings.present == "verbatim" or not verdict.decided or verdict.winner is None:
            return self._finish(state, verdict)
        author = state.candidates(state.round + 1)[verdict.winner].agent
        presenter = self.settings.presenter if self.settings.present == "synthesize" else author
        seat = state.seats[presenter]
        if seat.status == "out":
            return self._finish(state, verdict)
        round_ = state.round + 1
        shown = exposure(state, round_)[presenter]
        return (Ask(agent=presenter, round=round_, kind="present", shown=shown),)

    def _finish(self, state: State, verdict: Verdict) -> tuple[Step, ...]:
        if state.presented is not None and verdict.decided:
            verdict = _written_up(verdict, state.presented, self.settings)
        return (Finish(verdict=verdict),)

    def _best(self, state: State) -> Verdict:
        """The verdict as far as it goes: by the newest ballots, else by the gate, else undecided."""
        if final_round(state):
            return conclude_vote(state, self.rule)
        return conclude_support(state, "gate" if self._gate(state) else "none", self.rule)

    def _gate(self, state: State) -> bool:
        most = max((len(agents) for agents in state.support.values()), default=0)
        return self.settings.gate == "majority" and most * 2 > len(state.seats)

    def _settled(self, state: State) -> bool:
        """Whether the turns still running can change nothing."""
        if state.round == 1:
            return self._gate(state) and len(state.seats) > 1
        seats = [state.seats[agent] for agent in state.running]
        if state.round in state.refined_in or any(seat.kind != "vote" for seat in seats):
            return False
        if self.rule.settled is None or len(state.ballots.get(state.round, {})) <= len(seats):
            return False
        count = count_round(state, state.round, self.rule)
        if len(count.candidates) == 1:  # there is nothing to settle: the vote is held to be seen
            return False
        outstanding = [[candidate for _, candidate in seat.shown] for seat in seats]
        if not self.rule.settled(count.votes, outstanding, list(count.candidates)):
            return False
        winner, _ = pick(tally_of(count, self.rule), state.seed)
        return not missed(state, count, winner)


def _cancel(state: State, why: str) -> tuple[Step, ...]:
    return tuple(Cancel(agent=agent, why=why) for agent in state.seats if agent in state.running)


def _written_up(verdict: Verdict, text: str, settings: Settings) -> Verdict:
    return replace(verdict, answer=text, delivered=settings.present)


ROUNDS = ProtocolSpec(
    name="rounds",
    summary="Draft alone, then decide or vote in rounds until nobody refines.",
    make=Rounds,
)
