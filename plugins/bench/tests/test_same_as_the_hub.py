"""The fast simulation of our protocols is the real protocols, played event by event over the same scene."""

from dataclasses import replace

import numpy as np
import pytest
from massgen_hub.consensus import (
    BORDA,
    PAIR,
    PLURALITY,
    ROUNDS,
    Abstention,
    Answer,
    Ask,
    Ballot,
    Cancel,
    Cancelled,
    Electorate,
    Ended,
    Finish,
    Replied,
    RunStarted,
    Settings,
    State,
    TurnStarted,
)
from massgen_hub.consensus.draw import shuffled
from massgen_hub_bench.simulate import ours
from massgen_hub_bench.simulate.protocols import BIASED
from massgen_hub_bench.simulate.scene import simulated
from massgen_hub_bench.simulate.world import PANEL

QUESTIONS = 200
ORDER = tuple(range(len(PANEL)))


def scene_of(d, silent=0.0):
    """Simulated answers, some of them missing."""
    scene = simulated(QUESTIONS, PANEL, replace(BIASED, d=d), 5)
    missing = np.random.default_rng(6).random(scene.answers.shape) < silent
    return replace(scene, answers=np.where(missing, -1, scene.answers))


class Played:
    """One question of a scene through a real protocol: agents reply when and what the scene says."""

    def __init__(self, scene, q, spec, rule, electorate=None, **settings):
        self.answers, self.times = scene.answers[q].tolist(), [scene.times(stage)[q] for stage in (0, 1)]
        shown = scene.speakers(scene.answers)
        self.utilities = scene.tastes(scene.answers, 1, shown)[q]
        self.speaker = {self.answers[agent]: agent for agent in np.flatnonzero(shown[q]).tolist()}
        self.agent = named(scene, q)
        self.protocol, self.state, self.clock, self.landing = None, State(), 0.0, {}
        chosen = Settings(refine=0, electorate=electorate(self.agent) if electorate else Electorate(), **settings)
        self.state.apply(RunStarted(task="?", agents=dict.fromkeys(self.agent, "x"), seed=q, settings=chosen))
        self.protocol = spec.make(chosen, rule)
        while self.state.verdict is None:
            self.advance()

    def advance(self):
        for step in self.protocol.next(self.state):
            match step:
                case Ask():
                    self.ask(step)
                case Cancel():
                    where = {"agent": step.agent, "round": self.state.seats[step.agent].round, "attempt": 1}
                    self.state.apply(Cancelled(**where, why=step.why))
                case Finish():
                    self.state.apply(Ended(verdict=step.verdict))
        if self.state.running:
            self.land(min(self.state.running, key=self.landing.get))

    def ask(self, step):
        where = {"agent": step.agent, "round": step.round, "attempt": 1}
        self.state.apply(TurnStarted(**where, kind=step.kind, shown=step.shown))
        self.landing[step.agent] = self.clock + self.times[step.kind == "vote"][self.agent[step.agent]]

    def land(self, name):
        seat, self.clock = self.state.seats[name], self.landing[name]
        decision = self.draft(name) if seat.kind == "draft" else self.ballot(name, seat)
        self.state.apply(Replied(agent=name, round=seat.round, attempt=1, text="...", decision=decision))

    def draft(self, name):
        answer = self.answers[self.agent[name]]
        return Answer(text=str(answer)) if answer >= 0 else Abstention(why="nothing to say")

    def ballot(self, name, seat):
        liking = {c: self.utilities[self.agent[name], self.speaker[self.code(c)]] for _, c in seat.shown}
        ranking = tuple(sorted(liking, key=lambda candidate: -liking[candidate]))
        label = {candidate: label for label, candidate in seat.shown}
        return Ballot(ranking=ranking, labels=tuple(map(label.get, ranking)))

    def code(self, candidate):
        return int(self.state.candidates()[candidate].text)

    @property
    def winners(self):
        """The answers that may win: one, or those tied for it."""
        verdict = self.state.verdict
        if verdict.winner is None:
            return {-1}
        if verdict.decided:
            return {self.code(candidate) for candidate in verdict.tied or (verdict.winner,)}
        most = max(self.answers.count(answer) for answer in self.speaker)
        return {answer for answer in self.speaker if self.answers.count(answer) == most}


def named(scene, q):
    """Names for the agents, so that the seats that the hub draws are in the order that the scene draws."""
    seats = shuffled([f"a{agent}" for agent in ORDER], q, "seat")
    return dict(zip(seats, scene.rng("pair").random(scene.answers.shape)[q].argsort().tolist(), strict=True))


def weighted(scene):
    return lambda agents: Electorate(weights={name: scene.weights[0, agent] for name, agent in agents.items()})


SCENES = [scene_of(0.75), scene_of(3.0), scene_of(1.5, silent=0.3)]


def without_gate(scene, order, rule):
    return ours.rounds(scene, order, rule, gate=False)


def without_drafts(scene, order, rule):
    return ours.rounds(scene, order, rule, drafts=False)


CASES = {
    "rounds, borda": (ours.rounds, ROUNDS, BORDA, {}),
    "rounds, plurality": (ours.rounds, ROUNDS, PLURALITY, {}),
    "rounds, gate off": (without_gate, ROUNDS, BORDA, {"gate": "off"}),
    "rounds, gate off, plurality": (without_gate, ROUNDS, PLURALITY, {"gate": "off"}),
    "rounds, drafts shown": (without_drafts, ROUNDS, BORDA, {"drafts": "shown"}),
    "pair, then rounds": (ours.pair_then_rounds, PAIR, BORDA, {}),
}


def together(scene, case):
    """Of each question what the simulation says, and the real run."""
    fast, spec, rule, settings = CASES[case]
    return fast(scene, ORDER, rule), [Played(scene, q, spec, rule, **settings) for q in range(QUESTIONS)]


@pytest.mark.parametrize("scene", SCENES, ids=("weak judges", "good judges", "missing drafts"))
@pytest.mark.parametrize("case", CASES)
def test_the_simulated_answer_is_that_of_the_real_protocol(scene, case):
    outcome, real = together(scene, case)
    tied = sum(len(run.winners) > 1 for run in real)
    assert all(answer in run.winners for answer, run in zip(outcome.answer.tolist(), real, strict=True))
    assert tied < QUESTIONS / 3


@pytest.mark.parametrize("case", CASES)
def test_simulated_calls_are_those_of_the_real_protocol_and_its_time_is_no_shorter(case):
    outcome, real = together(SCENES[0], case)
    assert outcome.calls.tolist() == [run.state.turns for run in real]
    assert all(run.clock <= time + 1e-9 for run, time in zip(real, outcome.time.tolist(), strict=True))


def test_the_best_pair_then_weights_is_the_pair_protocol_with_weights_and_without_a_vote():
    scene = SCENES[0]
    outcome = ours.pair(scene, ORDER)
    real = [Played(scene, q, PAIR, BORDA, weighted(scene), gate="plurality") for q in range(QUESTIONS)]
    assert outcome.calls.tolist() == [run.state.turns for run in real]
    assert all(answer in run.winners for answer, run in zip(outcome.answer.tolist(), real, strict=True))
