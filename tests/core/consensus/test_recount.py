"""A record counted again: its own verdict, bit for bit, and what other rules would have said."""

import json
from dataclasses import replace
from random import Random

import pytest
from harness import answers, play
from massgen_hub.codec import from_plain, to_json, to_plain
from massgen_hub.consensus import (
    BORDA,
    COUNCIL,
    LIVE,
    PAIR,
    PLURALITY,
    ROUNDS,
    Abstention,
    Answer,
    Ballot,
    Electorate,
    Ended,
    Replied,
    Stopped,
    TurnStarted,
    fold,
)
from massgen_hub.consensus.draw import draw
from massgen_hub.consensus.recount import Recount, differences, looks_like, recount, what_if
from massgen_hub.consensus.rounds import Rounds
from massgen_hub.consensus.rules import RULES
from massgen_hub.errors import IllegalEvent
from massgen_hub.record.reading import TYPES

BY_NAME = {rule.name: rule for rule in RULES}
PROTOCOLS = (ROUNDS, LIVE, COUNCIL, PAIR)
TEXTS = "vwxyz"

SPLIT = {
    "a": answers("x", "x", "y", "z"),
    "b": answers("y", "y", "z", "x"),
    "c": answers("z", "z", "y", "x"),
    "d": answers("w", "x", "y", "z"),
    "e": answers("v", "y", "x", "z"),
    "f": answers("u", "x", "y", "z"),
    "g": answers("t", "z", "y", "x"),
}
"""`y` wins by places, `x` by first places."""


def reread(log):
    """The events as they come back from a record."""
    return [from_plain(TYPES[event.type], json.loads(to_json(event))) for event in log]


def wild(lots, need, holds_veto=False):
    """Answers, refines, votes, abstains and fails by lot."""

    def agent(kind, texts):
        if kind == "present":
            return Answer(text="written up")
        if lots.random() < 0.08:
            return None
        if kind == "draft" or (kind == "decide" and lots.random() < 0.2):
            return Answer(text=lots.choice(TEXTS))
        return Abstention(why="no view") if lots.random() < 0.08 else {**ballot(texts), **veto(texts)}

    def ballot(texts):
        liked = lots.sample(sorted(texts.values()), lots.randint(1, len(texts)))
        if need == "score":
            return {"scores": {text: lots.randint(0, 10) for text in liked}}
        return {"approved": liked} if need == "approval" else {"ranking": liked[:1] if need == "choice" else liked}

    def veto(texts):
        return {"veto": [lots.choice(sorted(texts.values()))]} if holds_veto and lots.random() < 0.5 else {}

    return agent


def wild_run(number, spec, rule):
    """A run in which agents and settings are drawn from a number."""
    lots = Random(f"{number} {spec.name} {rule.name}")
    names = "abcdefg"[: lots.randint(1, 7)]
    special = {
        "weights": {"weights": {names[0]: lots.choice((0.5, 3.0))}},
        "advisory": {"advisory": (names[-1],)},
        "veto": {"veto": (names[0],)},
        "judge": {"judge": names[0]},
    }
    kind = lots.choice(("none", *special)) if len(names) > 2 else "none"
    agents = {name: wild(lots, rule.needs, holds_veto=kind == "veto" and name == names[0]) for name in names}
    return play(
        agents,
        seed=number,
        rule=rule,
        spec=spec,
        arrival=lambda agent: draw(number, agent),
        electorate=Electorate(**special.get(kind, {})),
        gate=lots.choice(("majority", "plurality", "off")),
        refine=lots.randint(0, 2),
        threshold=lots.choice((None, None, 0.6)),
        lead=lots.choice((None, None, 2)),
        show=lots.choice((2, 12)),
        present=lots.choice(("verbatim", "winner")),
    )


def own(log, rule, spec=ROUNDS):
    return recount(log, spec, rule, rule.needs)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
@pytest.mark.parametrize("spec", PROTOCOLS, ids=lambda spec: spec.name)
def test_the_recorded_verdict_is_reproduced_bit_for_bit(spec, rule):
    for number in range(60):
        state, log = wild_run(number, spec, rule)
        again = own(reread(log), rule, spec)
        assert to_plain(again.verdict) == to_plain(state.verdict), number
        assert not again.cut_off


@pytest.mark.parametrize("spec", PROTOCOLS, ids=lambda spec: spec.name)
def test_every_rule_that_the_ballots_can_tell_gives_a_verdict(spec):
    rankings = {name for name, rule in BY_NAME.items() if rule.needs in ("ranking", "choice")}
    for number in range(40):
        state, log = wild_run(number, spec, BORDA)
        told = {row.rule for row in what_if(log, spec, BY_NAME) if row.verdict}
        assert told >= rankings
        assert (told == set(BY_NAME)) or state.verdict.by in ("vote", "judge", "none")


def test_another_rule_counts_the_same_ballots_otherwise():
    state, log = play(SPLIT, refine=0)
    other = recount(log, ROUNDS, PLURALITY, "ranking").verdict
    assert (state.verdict.answer, other.answer, other.rule) == ("y", "x", "plurality")
    assert (other.voted, other.turns) == (state.verdict.voted, state.verdict.turns)


def test_choices_do_not_tell_a_ranking():
    _, log = play(SPLIT, rule=PLURALITY, refine=0)
    assert recount(log, ROUNDS, BORDA, "choice").why == "not recorded"


def test_equal_answers_decide_by_every_rule():
    state, log = play({"a": answers("x"), "b": answers("x"), "c": answers("y")})
    assert state.verdict.by == "gate"
    for row in what_if(log, ROUNDS, BY_NAME):
        assert row.verdict == state.verdict


@pytest.mark.parametrize(
    ("asked", "need"),
    [
        (lambda ballot: ballot, "ranking"),
        (lambda ballot: Ballot(ranking=ballot.ranking[:1]), "choice"),
        (lambda ballot: Ballot(approved=ballot.ranking), "approval"),
        (lambda ballot: Ballot(scores=dict.fromkeys(ballot.ranking, 5)), "score"),
    ],
)
def test_what_ballots_were_asked_for_shows_where_the_rule_is_not_installed(asked, need):
    _, log = play(SPLIT, refine=0)
    recast = [replace(event, decision=asked(event.decision)) if _is_ballot(event) else event for event in log]
    assert looks_like(fold(recast[:-1])) == need


def test_ballots_called_off_are_missing_to_another_rule_only():
    agents = {name: answers(text, "x", "y", "z") for name, text in zip("abcdefg", "xyzxyzx", strict=True)}
    state, log = play(agents, refine=0, gate="off")
    assert state.verdict.turnout.cancelled == 2
    assert recount(log, ROUNDS, PLURALITY, "ranking").missing == 2
    assert own(log, BORDA).missing == 0


# What was written up


WRITING = {
    name: lambda kind, texts, agent=agent: Answer(text="written up") if kind == "present" else agent(kind, texts)
    for name, agent in SPLIT.items()
}


def test_a_write_up_is_delivered_for_the_same_winner():
    state, log = play(WRITING, refine=0, present="winner")
    twin = replace(BORDA, name="twin")
    verdict = recount(log, ROUNDS, twin, "ranking").verdict
    assert verdict.winner == state.verdict.winner
    assert (verdict.answer, verdict.delivered) == ("written up", "winner")


def test_a_write_up_is_not_delivered_for_another_winner():
    state, log = play(WRITING, refine=0, present="winner")
    other = recount(log, ROUNDS, PLURALITY, "ranking").verdict
    assert (state.verdict.answer, state.verdict.delivered) == ("written up", "winner")
    assert (other.answer, other.delivered) == ("x", "verbatim")


def test_a_winner_for_whom_nothing_was_written_is_told_verbatim():
    last = ["w", "v", "u", "t", "x"]
    agents = WRITING | {
        "a": answers("x", "z", "y", *last),
        "b": answers("y", "y", "z", *last),
        "c": answers("z", "z", "y", *last),
        "e": answers("v", "x", "y", "z"),
        "g": answers("t", "y", "z", *last),
    }
    state, log = play(agents, refine=0, present="winner", threshold=0.4)
    other = recount(log, ROUNDS, PLURALITY, "ranking").verdict
    assert (state.verdict.answer, state.verdict.decided) == ("y", False)
    assert (other.answer, other.decided, other.delivered, other.stopped) == ("x", True, "verbatim", "complete")


# Runs that did not come to their end


def test_what_stands_of_a_run_that_was_cut_off_is_counted_and_marked():
    _, log = play(SPLIT, refine=0)
    ballots = [number for number, event in enumerate(log) if _is_ballot(event)]
    so_far = own(log[: ballots[2] + 1], BORDA)
    assert so_far.cut_off
    assert (so_far.verdict.voted, so_far.verdict.stopped) == (3, "interrupted")


def test_a_run_that_was_cut_off_before_its_last_line_has_its_verdict():
    state, log = play(SPLIT, refine=0)
    assert own(log[:-1], BORDA).verdict == state.verdict


@pytest.mark.parametrize("spec", PROTOCOLS, ids=lambda spec: spec.name)
def test_every_beginning_of_a_record_can_be_counted(spec):
    for number in range(6):
        _, log = wild_run(number, spec, BORDA)
        for end in range(1, len(log)):
            assert own(log[:end], BORDA, spec).verdict is not None


# Records that were tampered with


def _is_ballot(event):
    return isinstance(event, Replied) and isinstance(event.decision, Ballot)


def test_a_tampered_ballot_is_told():
    _, log = play(SPLIT, refine=0)
    number = next(number for number, event in enumerate(log) if _is_ballot(event))
    ballot = log[number].decision
    log[number] = replace(log[number], decision=replace(ballot, ranking=ballot.ranking[::-1]))
    assert "tally" in differences(log[-1].verdict, own(log, BORDA).verdict)


def test_a_swapped_winner_is_told():
    state, log = play(SPLIT, refine=0)
    loser = state.verdict.tally[-1].candidate
    log[-1] = Ended(verdict=replace(state.verdict, winner=loser))
    assert differences(log[-1].verdict, own(log, BORDA).verdict) == {"winner": (loser, state.verdict.winner)}


def test_a_removed_event_is_told():
    _, log = play(SPLIT, refine=0)
    assert {type(event) for event in log[1:-1]} == {TurnStarted, Replied}
    for number in range(1, len(log) - 1):
        with pytest.raises(IllegalEvent):
            fold(log[:number] + log[number + 1 :])


def test_a_removed_stop_is_told():
    state, log = play(SPLIT, refine=0)
    log[-1:] = [Stopped(why="deadline"), Ended(verdict=replace(state.verdict, stopped="deadline"))]
    assert not differences(log[-1].verdict, own(log, BORDA).verdict)
    del log[-2]
    assert "stopped" in differences(log[-1].verdict, own(log, BORDA).verdict)


def test_a_protocol_that_would_ask_again_needs_more_turns():
    class Fussy(Rounds):
        def finish(self, state, verdict):
            return super().finish(state, verdict) if self.rule is BORDA else self.ask_all(state)

    fussy = replace(ROUNDS, name="fussy", make=Fussy)
    _, log = play(SPLIT, spec=fussy, refine=0)
    assert recount(log, fussy, PLURALITY, "ranking") == Recount(rule="plurality", why="needs more turns")
