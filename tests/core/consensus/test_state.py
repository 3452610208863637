"""The state: what may happen when, under arbitrary histories."""

import pytest
from harness import begun
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from massgen_hub.codec import from_plain, to_plain
from massgen_hub.consensus import (
    BORDA,
    COUNCIL,
    LIVE,
    PAIR,
    ROUNDS,
    Abstention,
    Answer,
    Ask,
    Ballot,
    Cancel,
    Cancelled,
    Electorate,
    Ended,
    Failed,
    Finish,
    Refusal,
    Replied,
    RunStarted,
    Settings,
    State,
    Stopped,
    TurnStarted,
    fold,
)
from massgen_hub.consensus.count import deciding
from massgen_hub.consensus.rounds import Rounds
from massgen_hub.consensus.rules import RULES
from massgen_hub.errors import IllegalEvent
from massgen_hub.record.reading import TYPES


def ask(agent="a", round_=1, attempt=1, kind="draft", shown=()):
    return TurnStarted(agent=agent, round=round_, attempt=attempt, kind=kind, shown=shown)


def reply(decision, agent="a", round_=1, attempt=1):
    return Replied(agent=agent, round=round_, attempt=attempt, text="", decision=decision)


def snapshot(state):
    return {key: str(value) for key, value in vars(state).items() if key != "_candidates"}


ELECTORATES = {
    "everybody alike": Electorate(),
    "weights": Electorate(weights={"a0": 2.5, "a1": 0.5}),
    "an advisory voice": Electorate(advisory=("a1",)),
    "a veto": Electorate(veto=("a0",)),
    "an advisory veto": Electorate(advisory=("a1",), veto=("a1",)),
    "a judge": Electorate(judge="a0"),
}

ILLEGAL = {
    "a second start": RunStarted(task="?", agents={"a": "x"}, seed=1, settings=Settings()),
    "an agent that is not in the run": ask("nobody"),
    "a turn while another one runs": ask("a", 2),
    "a skipped round": ask("b", 3),
    "a first attempt that is not the first": ask("b", 1, attempt=2),
    "a reply that nobody asked for": reply(Answer(text="x"), "b"),
    "a reply to an old attempt": reply(Answer(text="x"), attempt=2),
    "a ballot in a draft": reply(Ballot(ranking=("x",))),
    "a candidate that does not exist": ask("b", 1, shown=(("A", "x"),)),
    "an end while somebody is busy": None,
}


@pytest.mark.parametrize("what", ILLEGAL)
def test_an_illegal_event_raises_and_changes_nothing(what):
    state = begun(["a", "b"])
    state.apply(ask())
    event = ILLEGAL[what] or Ended(verdict=Rounds(state.settings, BORDA).best(state))
    before = snapshot(state)
    with pytest.raises(IllegalEvent):
        state.apply(event)
    assert snapshot(state) == before


def voting():
    state = begun(["a", "b"])
    for agent in ("a", "b"):
        state.apply(ask(agent))
        state.apply(reply(Answer(text=agent), agent))
    first, second = state.candidates()
    state.apply(ask("a", 2, kind="vote", shown=(("A", first), ("B", second))))
    return state, first


@pytest.mark.parametrize("ranking", [(), ("twice", "twice"), ("unseen",)])
def test_a_ballot_ranks_what_was_shown_once(ranking):
    state, first = voting()
    names = tuple(first if name == "twice" else name for name in ranking)
    with pytest.raises(IllegalEvent):
        state.apply(reply(Ballot(ranking=names), round_=2))


def test_an_answer_in_a_vote_turn_is_illegal():
    state, _ = voting()
    with pytest.raises(IllegalEvent, match="answers in a vote turn"):
        state.apply(reply(Answer(text="better"), round_=2))


def test_a_refused_attempt_leaves_the_agent_busy_and_may_be_followed_by_the_next():
    state, first = voting()
    state.apply(reply(Refusal(why="prose"), round_=2))
    assert state.running == {"a"}
    state.apply(ask("a", 2, attempt=2, kind="vote", shown=state.seats["a"].shown))
    state.apply(reply(Ballot(ranking=(first,)), round_=2, attempt=2))
    assert state.cast["a", 2].ballot.ranking == (first,)


def test_nothing_happens_after_the_end():
    state = begun(["a"])
    state.apply(Ended(verdict=Rounds(state.settings, BORDA).best(state)))
    with pytest.raises(IllegalEvent, match="after the run has ended"):
        state.apply(Stopped(why="budget"))


class Histories(RuleBasedStateMachine):
    """A run in which agents reply, abstain, fail and are slow in any order, and which may be stopped at any time."""

    @initialize(
        count=st.integers(1, 5),
        seed=st.integers(0, 99),
        gate=st.sampled_from(["majority", "plurality", "off"]),
        refine=st.integers(0, 2),
        show=st.integers(1, 4),
        lead=st.sampled_from([None, 1, 2]),
        spec=st.sampled_from([ROUNDS, LIVE, COUNCIL, PAIR]),
        rule=st.sampled_from(RULES),
        electorate=st.sampled_from(sorted(ELECTORATES)),
    )
    def start(self, count, seed, gate, refine, show, lead, spec, rule, electorate):
        self.state, self.log, self.need = State(), [], rule.needs
        agents = {f"a{i}": "scripted" for i in range(count)}
        chosen = ELECTORATES[electorate] if count > 1 else Electorate()
        settings = Settings(gate=gate, refine=refine, show=show, lead=lead, electorate=chosen)
        self.protocol = spec.make(settings, rule)
        self.emit(RunStarted(task="?", agents=agents, seed=seed, settings=settings))
        self.advance()

    def emit(self, event):
        self.state.apply(event)
        self.log.append(event)

    def advance(self):
        while steps := self.protocol.next(self.state):
            for step in steps:
                match step:
                    case Ask():
                        self.emit(ask(step.agent, step.round, 1, step.kind, step.shown))
                    case Cancel():
                        seat = self.state.seats[step.agent]
                        where = {"agent": seat.agent, "round": seat.round, "attempt": seat.attempt}
                        self.emit(Cancelled(**where, why=step.why))
                    case Finish():
                        self.emit(Ended(verdict=step.verdict))

    def busy(self):
        return bool(self.state.running)

    @precondition(busy)
    @rule(data=st.data(), text=st.sampled_from(["x", "y", "z", "X."]))
    def somebody_speaks(self, data, text):
        seat = self.state.seats[data.draw(st.sampled_from(sorted(self.state.running)))]
        shown = [name for _, name in seat.shown]
        options = [Abstention(why="it would not"), Refusal(why="prose")]
        if seat.kind in ("draft", "decide"):
            options.append(Answer(text=text))
        if seat.kind in ("decide", "vote"):
            options.append(self.ballot(data, seat.agent, shown))
        decision = data.draw(st.sampled_from(options))
        self.emit(reply(decision, seat.agent, seat.round, seat.attempt))
        if isinstance(decision, Refusal):
            self.emit(ask(seat.agent, seat.round, seat.attempt + 1, seat.kind, seat.shown))
        self.advance()

    def ballot(self, data, agent, shown):
        some = tuple(data.draw(st.permutations(shown))[: data.draw(st.integers(1, len(shown)))])
        veto = some[-1:] if agent in self.state.settings.electorate.veto and data.draw(st.booleans()) else ()
        match self.need:
            case "score":
                return Ballot(scores={name: data.draw(st.integers(0, 10)) for name in shown}, veto=veto)
            case "approval":
                return Ballot(approved=some, veto=veto)
            case _:
                return Ballot(ranking=some, veto=veto)

    @precondition(busy)
    @rule(data=st.data(), final=st.booleans())
    def somebody_fails(self, data, final):
        seat = self.state.seats[data.draw(st.sampled_from(sorted(self.state.running)))]
        where = {"agent": seat.agent, "round": seat.round, "attempt": seat.attempt}
        self.emit(Failed(**where, why="error", message="boom", final=final))
        if not final:
            self.emit(ask(seat.agent, seat.round, seat.attempt + 1, seat.kind, seat.shown))
        self.advance()

    @precondition(lambda self: self.busy() and self.state.stopped is None)
    @rule(why=st.sampled_from(["budget", "deadline", "interrupted"]))
    def the_run_is_stopped(self, why):
        self.emit(Stopped(why=why))
        self.advance()

    @precondition(lambda self: not self.busy())
    @rule()
    def it_is_over(self):
        assert self.protocol.next(self.state) == ()

    @invariant()
    def the_log_is_the_truth(self):
        events = [from_plain(TYPES[event.type], to_plain(event)) for event in self.log]
        assert snapshot(fold(events)) == snapshot(self.state)

    @invariant()
    def a_run_waits_for_somebody_or_has_ended(self):
        assert bool(self.state.running) != (self.state.verdict is not None)

    @invariant()
    def a_verdict_is_honest(self):
        verdict = self.state.verdict
        if verdict is None:
            return
        given = {answer.text for answer in self.state.given}
        written = {self.state.presented} if verdict.delivered != "verbatim" else set()
        assert verdict.answer in given | written or verdict.winner is None
        assert verdict.winner is not None or not given or verdict.vetoed
        assert verdict.winner not in dict(verdict.vetoed)
        assert verdict.decided == (verdict.exit_code == 0) or verdict.stopped == "interrupted"
        if verdict.by == "vote" and verdict.decided:
            assert verdict.voted >= verdict.quorum
        absent = {one.agent for one in verdict.absent}
        failed = {seat.agent for seat in self.state.seats.values() if seat.status == "out"}
        answered = {given.agent for given in self.state.given} if verdict.by in ("gate", "alone") else set()
        counted = answered | deciding(self.state).keys()  # whoever voted took part, and may fail to write it up
        silent = set(self.state.settings.electorate.advisory)
        assert failed - counted - silent - {self.state.settings.electorate.judge} <= absent or verdict.by == "judge"
        assert verdict.turnout.counted <= len(self.state.voters)

    @invariant()
    def only_the_newest_ballot_of_a_voter_on_the_newest_candidates_counts(self):
        for agent, cast in deciding(self.state).items():
            assert cast.round == self.state.seats[agent].voting
            assert (agent, cast.round) in self.state.cast


TestHistories = Histories.TestCase
TestHistories.settings = settings(max_examples=150, stateful_step_count=30, deadline=None)
