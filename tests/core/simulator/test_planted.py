"""Every invariant catches the bug that it is there for: each is planted, and the one whose name says so cries out."""

import asyncio
from dataclasses import replace
from itertools import count

import pytest
from massgen_hub.consensus import Ballot, Finish, ProtocolSpec, State
from massgen_hub.consensus import conclude as conclude_module
from massgen_hub.consensus import count as count_module
from massgen_hub.consensus import live as live_module
from massgen_hub.consensus.rounds import Rounds
from massgen_hub.consensus.verdict import Verdict
from massgen_hub.runner import runner as runner_module
from massgen_hub.runner.flight import TurnHost
from massgen_hub.runner.runner import Runner
from massgen_hub.testing.simulator import INVARIANTS, check, simulate
from massgen_hub.testing.simulator.twins import check_twins

SEEDS = range(400)


def catches(name, protocol="rounds", seeds=SEEDS, **options):
    """Whether the invariant of this name is broken by one of these runs."""
    histories = (simulate(seed, protocol=protocol, **options) for seed in seeds)
    return any(one.invariant == name for history in histories for one in check(history))


def healthy(wanted):
    """A history of a run in which nothing is wrong, of the wanted kind."""
    return next(
        history
        for history in (simulate(seed, protocol="rounds") for seed in SEEDS)
        if wanted(history) and not check(history)
    )


def broken(history):
    return {one.invariant for one in check(history)}


def spec(kind):
    return ProtocolSpec(name="planted", summary="With a bug.", make=kind)


def is_ballot(event):
    return event.type == "replied" and event.data["decision"]["kind"] == "ballot"


def renumbered(events):
    return tuple(replace(event, seq=number) for number, event in enumerate(events, 1))


# Whose ballots count


def test_stale_ballots_do_not_count(monkeypatch):
    def deciding(state):
        return {
            agent: state.cast[agent, seat.voting]
            for agent, seat in state.seats.items()
            if (agent, seat.voting) in state.cast
        }

    monkeypatch.setattr(count_module, "deciding", deciding)
    monkeypatch.setattr(live_module, "_outdated", lambda seat, state: not seat.voting)
    assert catches("stale_ballots_do_not_count", "live")


def test_superseded_ballots_do_not_count(monkeypatch):
    def deciding(state):
        return {agent: cast for (agent, _), cast in sorted(state.cast.items(), key=lambda one: -one[0][1])}

    monkeypatch.setattr(count_module, "deciding", deciding)
    assert catches("superseded_ballots_do_not_count")


def test_failed_agents_do_not_count(monkeypatch):
    def deciding(state):
        return {agent: cast for (agent, _), cast in sorted(state.cast.items(), key=lambda one: one[0][1])}

    monkeypatch.setattr(count_module, "deciding", deciding)
    assert catches("failed_agents_do_not_count")


def test_ballots_are_the_voters_own(monkeypatch):
    honest = Runner._heard

    def by_order_of_completion(self, flight, ask, reply):
        first = self.__dict__.setdefault("_first", {}).setdefault(ask.round, reply)
        honest(self, flight, ask, first)

    monkeypatch.setattr(Runner, "_heard", by_order_of_completion)
    assert catches("ballots_are_the_voters_own")


def test_ballots_name_a_candidate_once(monkeypatch):
    honest = runner_module.read

    def careless(*arguments, **options):
        decision = honest(*arguments, **options)
        return replace(decision, ranking=decision.ranking * 2) if isinstance(decision, Ballot) else decision

    monkeypatch.setattr(runner_module, "read", careless)
    monkeypatch.setattr(State, "_check_ballot", lambda self, seat, ballot: None)
    assert catches("ballots_name_a_candidate_once", rule="borda")


def test_one_ballot_a_voter_and_round():
    history = healthy(lambda one: one.verdict and any(map(is_ballot, one.events)))
    twice = [again for event in history.events for again in ([event] * 2 if is_ballot(event) else [event])]
    assert "one_ballot_a_voter_and_round" in broken(replace(history, events=renumbered(twice)))


def test_no_more_votes_than_voters():
    history = healthy(lambda one: one.verdict and one.verdict.by == "vote")
    stuffed = replace(history.verdict, turnout=replace(history.verdict.turnout, counted=10))
    doctored = replace(history, lives=(*history.lives[:-1], replace(history.last, verdict=stuffed)))
    assert "no_more_votes_than_voters" in broken(doctored)


def test_the_tally_is_of_the_ballots(monkeypatch):
    honest = conclude_module.count_ballots

    def forgetful(state, rule):
        counted = honest(state, rule)
        return replace(counted, votes=counted.votes[:1])

    monkeypatch.setattr(conclude_module, "count_ballots", forgetful)
    assert catches("the_tally_is_of_the_ballots")


def test_every_voter_is_told(monkeypatch):
    monkeypatch.setattr(conclude_module, "_absences", lambda *_: ())
    assert catches("every_voter_is_told")


# What is decided


class Inventive(Rounds):
    """Delivers what nobody said."""

    def finish(self, state, verdict):
        return (Finish(verdict=replace(verdict, answer="Rome")),)


class Favouring(Rounds):
    """Breaks ties by the order in which agents are registered."""

    def finish(self, state, verdict):
        if verdict.tied:
            order, candidates = list(state.started.agents), state.candidates()
            winner = min(verdict.tied, key=lambda one: min(map(order.index, candidates[one].authors)))
            verdict = replace(verdict, winner=winner, answer=candidates[winner].text)
        return (Finish(verdict=verdict),)


class Moody(Rounds):
    """Comes to another verdict whenever it is asked."""

    moods = count()

    def finish(self, state, verdict):
        return (Finish(verdict=replace(verdict, margin=next(self.moods))),)


class Fragile(Rounds):
    """Raises when the drafts are there."""

    def after_drafts(self, state):
        raise KeyError("drafts")


class Nagging(Rounds):
    """Asks again, and again."""

    def conclude(self, state, verdict):
        return self.ask_all(state) if state.round < 40 else super().conclude(state, verdict)


def test_only_given_answers_win():
    assert catches("only_given_answers_win", spec(Inventive))


def test_winner_does_not_depend_on_registration():
    planted, found = spec(Favouring), set()
    for seed in SEEDS:
        history = simulate(seed, protocol=planted)
        found |= {one.invariant for one in check_twins(history, history, simulate(seed, protocol=planted, order=seed))}
    assert found == {"winner_does_not_depend_on_registration"}


def test_same_seed_same_history():
    one, again = (simulate(3, protocol=spec(Moody)) for _ in range(2))
    assert "same_seed_same_history" in {found.invariant for found in check_twins(one, again, again)}


def test_the_record_recounts():
    assert catches("the_record_recounts", spec(Moody), range(20))


def test_the_exit_code_fits(monkeypatch):
    monkeypatch.setattr(Verdict, "exit_code", 0)
    assert catches("the_exit_code_fits", seeds=range(60))


# How a run goes and ends


def test_nothing_inside_breaks_a_run():
    assert catches("nothing_inside_breaks_a_run", spec(Fragile), range(60))


def test_calls_are_bounded():
    assert catches("calls_are_bounded", spec(Nagging), range(100))


def test_done_in_time(monkeypatch):
    monkeypatch.setattr(Runner, "stop", lambda self, why: None)
    assert catches("done_in_time", seeds=range(60))


def test_replies_are_bounded(monkeypatch):
    monkeypatch.setattr(runner_module, "LONGEST_REPLY", 10**9)
    seed = next(seed for seed in SEEDS if simulate(seed, protocol="rounds").met.get("too_much_text"))
    assert "replies_are_bounded" in broken(simulate(seed, protocol="rounds"))


def test_one_terminal_event():
    history = healthy(lambda one: one.verdict)
    assert "one_terminal_event" in broken(replace(history, events=renumbered([*history.events, history.events[-1]])))


def test_a_record_cut_off_folds():
    history = healthy(lambda one: one.last.raised.startswith("Unwritable") and len(one.decisive) > 5)
    torn = [event for event in history.events if event.data.get("attempt") != 1 or event.type != "turn_started"]
    assert "a_record_cut_off_folds" in broken(replace(history, events=renumbered(torn)))


def test_landed_turns_are_not_repeated():
    history = healthy(lambda one: one.verdict)
    place, landed = next((place, one) for place, one in enumerate(history.events, 1) if one.type == "replied")
    asked = next(
        one for one in history.events if one.type == "turn_started" and one.data["agent"] == landed.data["agent"]
    )
    again = [*history.events[:place], replace(asked, data={**asked.data, "attempt": 2}), *history.events[place:]]
    assert "landed_turns_are_not_repeated" in broken(replace(history, events=renumbered(again)))


def test_time_never_goes_back():
    history = healthy(lambda one: one.verdict)
    late = replace(history.events[0], ts=history.last.ended + 1)
    assert "time_never_goes_back" in broken(replace(history, events=(late, *history.events[1:])))


def test_nothing_is_left_running(monkeypatch):
    monkeypatch.setattr(Runner, "_clear", lambda self: asyncio.sleep(0))
    assert catches("nothing_is_left_running", seeds=range(60))


def test_nothing_is_recorded_after_the_end(monkeypatch):
    def say(self, text, part=0):
        turn = self._flight.turn
        self._journal.delta(turn.agent, turn.round, turn.attempt, part, text + " ")

    monkeypatch.setattr(TurnHost, "say", say)
    assert catches("nothing_is_recorded_after_the_end")


@pytest.mark.parametrize("name", [one.__name__ for one in INVARIANTS])
def test_every_invariant_has_a_planted_bug(name):
    assert f"test_{name}" in globals()
