"""What the protocols share: when answers decide, when the rest can change nothing, how a run ends."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from .conclude import conclude_drafts, conclude_nothing, conclude_vote, missed
from .count import Count, count_ballots, count_drafts, deciding, outstanding_ballots, outstanding_drafts, pick, top_two
from .exposure import exposure
from .protocol import Ask, Cancel, Finish, Step
from .rules import EPSILON, PLURALITY, Rule
from .settings import Settings
from .state import State
from .verdict import Verdict


class Panel:
    """Agents that draft, then vote. A protocol says who is asked when."""

    def __init__(self, settings: Settings, rule: Rule) -> None:
        self.settings, self.rule = settings, rule

    def next(self, state: State) -> tuple[Step, ...]:
        """What to do now."""
        if state.verdict is not None:
            return ()
        if state.stopped is not None:
            return cancel(state, state.running, state.stopped.why) or self.finish(state, self.best(state))
        if state.round == 0:
            return self.start(state)
        if state.running and _worth_a_look(len(state.running)) and (why := self.enough(state)):
            return cancel(state, state.running, why)
        return self.go_on(state)

    def start(self, state: State) -> tuple[Step, ...]:
        """The first turns: everybody drafts alone."""
        drafters = self.settings.electorate.drafters(state.seats)
        return tuple(Ask(agent=agent, round=1, kind="draft") for agent in drafters)

    def go_on(self, state: State) -> tuple[Step, ...]:
        """The next turns, or the end, where nothing makes an end of it early."""
        raise NotImplementedError

    # Asking for ballots

    def ask(self, state: State, agents: Iterable[str], key: int) -> tuple[Step, ...]:
        """Ask these agents for ballots, and for better answers where they have a refinement left. `key` tells one
        exposure from the next."""
        shown = exposure(state, key)
        judge = self.settings.electorate.judge
        return tuple(
            Ask(
                agent=agent,
                round=state.round + 1,
                kind="decide" if state.seats[agent].refined < self.settings.refine and agent != judge else "vote",
                shown=shown[agent],
            )
            for agent in agents
        )

    def callable(self, state: State) -> list[str]:
        """Who may be asked for a ballot: everybody who is left, or the judge."""
        judge = self.settings.electorate.judge
        return [seat.agent for seat in state.live if not judge or seat.agent == judge]

    def quorate(self, state: State) -> bool:
        """Whether enough voters are left for their ballots to decide anything."""
        left = sum(state.seats[agent].status != "out" for agent in state.voters)
        return bool(state.given) and left >= self.settings.needed(len(state.voters))

    # When it is enough

    def enough(self, state: State) -> str:
        """Why the turns that still run are not needed: `settled`, `lead`, or empty where they are."""
        kinds = {state.seats[agent].kind for agent in state.running}
        if kinds == {"draft"}:
            return self.drafts_suffice(state) if len(state.seats) > 1 else ""
        return self.ballots_suffice(state) if kinds == {"vote"} else ""

    def drafts_suffice(self, state: State) -> str:
        """Why the answers given decide already."""
        if self.settings.gate == "off" or self._too_split(state):
            return ""
        count = count_drafts(state)
        if not count.votes or not self.uncontested(count):
            return ""
        if self._settled_by_gate(state, count):
            return "settled"
        return "lead" if self._leads(count) else ""

    def _too_split(self, state: State) -> bool:
        """Whether no count is needed to see that there is no majority: it is asked after every draft."""
        if self.settings.gate != "majority" or self.settings.lead is not None or self.settings.electorate.weights:
            return False
        most = max(map(len, state.support.values()), default=0)
        return most * 2 <= len(self.settings.electorate.drafters(state.voices))

    def _settled_by_gate(self, state: State, count: Count) -> bool:
        drafters = self.settings.electorate.drafters(state.voices)
        if self.settings.gate == "majority":
            whole = sum(map(self.settings.electorate.weight, drafters))
            return top_two(count.votes)[0] * 2 > whole + EPSILON
        if len(count.votes) < self.settings.needed(len(drafters)):
            return False
        waiting = outstanding_drafts(state, count.standing)
        return not waiting or bool(PLURALITY.settled and PLURALITY.settled(count.votes, waiting, count.standing))

    def _leads(self, count: Count) -> bool:
        first, second = top_two(count.votes)
        return self.settings.lead is not None and first - second >= self.settings.lead - EPSILON

    def uncontested(self, count: Count) -> bool:
        """Whether no veto can fall on a leading answer: its holders gave that answer themselves."""
        holders = set(self.settings.electorate.veto)
        leading = count.tally(PLURALITY).winners if holders else ()
        return all(holders <= {vote.voter for vote in count.tops(candidate)} for candidate in leading)

    def ballots_suffice(self, state: State) -> str:
        """Why the ballots cast decide already."""
        electorate = self.settings.electorate
        if not state.running.isdisjoint((*electorate.veto, *electorate.advisory)):  # they are heard to the end
            return ""
        if len(deciding(state)) <= len(state.running) and self.settings.lead is None:  # one ballot can undo another
            return ""
        count = count_ballots(state, self.rule)
        if len(count.candidates) == 1 or not count.votes:  # there is nothing to settle: the vote is held to be seen
            return ""
        waiting = outstanding_ballots(state, count.standing)
        settled = self.rule.settled is not None and self.rule.settled(
            (*count.votes, *count.drafts), waiting, count.standing
        )
        if not settled and not self._leads(count):
            return ""
        winner, _ = pick(count.tally(self.rule), state.seed)
        return "" if missed(state, count, winner) else "settled" if settled else "lead"

    # The end

    def conclude(self, state: State, verdict: Verdict) -> tuple[Step, ...]:
        """Ask for the write-up that the settings want, or finish."""
        if self.settings.present == "verbatim" or not verdict.decided or verdict.winner is None:
            return self.finish(state, verdict)
        author = state.candidates()[verdict.winner].agent
        presenter = self.settings.presenter if self.settings.present == "synthesize" else author
        if state.seats[presenter].status == "out":
            return self.finish(state, verdict)
        round_ = state.round + 1
        return (Ask(agent=presenter, round=round_, kind="present", shown=exposure(state, round_)[presenter]),)

    def finish(self, state: State, verdict: Verdict) -> tuple[Step, ...]:
        """End the run; what was written up is delivered."""
        if state.presented is not None and verdict.decided:
            verdict = replace(verdict, answer=state.presented, delivered=self.settings.present)
        return (Finish(verdict=verdict),)

    def best(self, state: State) -> Verdict:
        """The verdict as far as it goes: by the ballots that count, else by equal answers, else undecided."""
        count = count_ballots(state, self.rule)
        if not count.cast and state.given and self.drafts_decide(state):
            return conclude_drafts(state)
        return conclude_vote(state, self.rule) if count.votes else conclude_nothing(state, count, self.rule)

    def drafts_decide(self, state: State) -> bool:
        """Whether the answers decide without a vote: nobody else was asked, or the gate is open."""
        return len(state.seats) == 1 or bool(self.drafts_suffice(state))


def _worth_a_look(waiting: int) -> bool:
    """Whether to look if it is enough, with so many turns still waited for: always where they are few; of many, after
    every sixteenth part of them, so that a thousand agents are not counted a thousand times."""
    return waiting % max(1, waiting // 16) == 0


def cancel(state: State, agents: Iterable[str], why: str) -> tuple[Step, ...]:
    """Call these agents' turns off, in seat order."""
    chosen = set(agents)
    return tuple(Cancel(agent=agent, why=why) for agent in state.seats if agent in chosen)
