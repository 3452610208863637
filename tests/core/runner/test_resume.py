"""Continuing a run whose process was killed, at any decisive event."""

import asyncio

import pytest
from cut import CORE, PANELS, broken, check, flaky, hopeless, prose, resumed, runner, whole
from hypothesis import given
from hypothesis import strategies as st
from massgen_hub.consensus import Cancelled, Failed, Refusal, Replied, Stopped, TurnStarted
from massgen_hub.errors import RecordError
from stage import says


@pytest.fixture(autouse=True)
def no_backoff(monkeypatch):
    monkeypatch.setattr("massgen_hub.runner.runner.BACKOFF_SECONDS", 0.0)


def upto(events, number, kind, agent):
    """The events up to the `number`th (from 1) of a kind of an agent."""
    places = [i for i, event in enumerate(events, 1) if isinstance(event, kind) and event.agent == agent]
    return events[: places[number - 1]]


@pytest.mark.parametrize("present", ["verbatim", "winner"])
@pytest.mark.parametrize("panel", PANELS)
def test_a_run_cut_off_anywhere_comes_to_the_same_verdict_and_repeats_nothing(panel, present):
    refine = 1 if panel == "refinements" else 0
    verdict, events = whole(PANELS[panel], present=present, refine=refine)
    for number in range(1, len(events)):
        check(resumed(PANELS[panel], events[:number]), events[:number], verdict)


@pytest.mark.parametrize("protocol", sorted(CORE.protocols))
def test_a_run_of_each_protocol_is_continued(protocol):
    agents = dict([*PANELS["votes"].items()][: 2 if protocol == "pair" else 3])
    verdict, events = whole(agents, protocol=protocol)
    for number in range(1, len(events)):
        check(resumed(agents, events[:number]), events[:number], verdict)


@pytest.mark.parametrize("panel", ["repairs and retries", "refinements"])
def test_a_run_is_continued_as_often_as_it_is_cut_off(panel):
    verdict, events = whole(PANELS[panel], refine=1)
    before, cuts = events[:1], 0
    while before[-1].type != "ended":
        made = runner(PANELS[panel], before=before, breaks_at=7)  # asking three agents again takes six
        try:
            asyncio.run(made.run())
        except RecordError:
            cuts += 1
        before = [*before, *made.journal.decisive]
    assert cuts > 1
    assert before[-1].verdict.answer == verdict.answer


AGENTS = st.sampled_from([says, lambda *t: prose(says(*t)), lambda *t: flaky(says(*t)), lambda t, _: hopeless(t)])


@given(st.lists(AGENTS, min_size=1, max_size=6), st.data())
def test_any_panel_is_continued_from_two_cuts(kinds, data):
    agents = {f"a{i}": kind(f"text {i}", "text 0") for i, kind in enumerate(kinds)}
    verdict, events = whole(agents)
    before = events[: data.draw(st.integers(1, len(events) - 1))]
    first = resumed(agents, before)
    check(first, before, verdict)
    again = [*before, *first.journal.decisive]
    cut = again[: data.draw(st.integers(len(before), len(again) - 1))]
    check(resumed(agents, cut), cut, verdict)


def test_a_reply_lost_with_the_process_is_asked_for_again_and_costs_no_retry():
    agents = {"a": flaky(says("x")), "b": says("y", "x"), "c": says("z", "x")}
    _, events = whole(agents)
    made = resumed({**agents, "a": flaky_once_more()}, upto(events, 1, TurnStarted, "a"))
    failures = [(e.attempt, e.why, e.final) for e in made.journal.of(Failed, "a") if e.round == 1]
    assert failures == [(1, "cut_off", False), (2, "error", False)]
    assert [turn.attempt for turn in made.asked if (turn.agent, turn.round) == ("a", 1)] == [2, 3]


def flaky_once_more():
    """Fails for a moment in its second attempt too."""
    inner = flaky(says("x"))

    async def fails(turn, host):
        if turn.kind == "draft" and turn.attempt == 2:
            raise ConnectionError("reset")
        return await inner(turn, host)

    return fails


def test_the_attempt_that_replaces_a_lost_one_sees_what_the_lost_one_saw():
    _, events = whole(PANELS["votes"])
    before = upto(events, 2, TurnStarted, "b")
    made = resumed(PANELS["votes"], before)
    [again] = made.journal.of(TurnStarted, "b")
    assert (again.round, again.attempt, again.kind, again.shown) == (2, 2, "vote", before[-1].shown)


def test_a_retry_that_was_due_is_made():
    agents = {"a": flaky(says("x")), "b": says("y", "x")}
    before = upto(whole(agents)[1], 1, Failed, "a")
    made = resumed(agents, before)
    assert [event.attempt for event in made.journal.of(TurnStarted, "a") if event.round == 1] == [2]
    assert not made.journal.of(Failed, "a") or made.journal.of(Failed, "a")[0].round == 2


def test_a_retry_used_before_the_cut_is_used():
    agents = {"a": flaky(says("x")), "b": says("y", "x")}
    before = upto(whole(agents)[1], 1, Failed, "a")

    async def fails_again(turn, host):
        raise ConnectionError("reset")

    made = resumed({**agents, "a": fails_again}, before)
    assert [(event.attempt, event.final) for event in made.journal.of(Failed, "a")] == [(2, True)]


def test_a_refused_ballot_is_asked_for_with_the_reason_and_only_once_more():
    agents = {"a": hopeless("x"), "b": says("y", "y"), "c": says("z", "z")}
    before = upto(whole(agents)[1], 2, Replied, "a")
    assert isinstance(before[-1].decision, Refusal)
    made = resumed(agents, before)
    [turn] = [turn for turn in made.asked if turn.agent == "a"]
    assert (turn.attempt, turn.repair) == (2, before[-1].decision.why)
    assert [event.decision.kind for event in made.journal.of(Replied, "a")] == ["abstention"]


def test_a_lost_repair_is_repeated_with_its_reason():
    agents = {"a": prose(says("x", "y")), "b": says("y", "y"), "c": says("z", "z")}
    before = upto(whole(agents)[1], 3, TurnStarted, "a")
    made = resumed(agents, before)
    [turn] = [turn for turn in made.asked if turn.agent == "a"]
    assert (turn.attempt, turn.repair) == (3, before[-1].repair)


def test_half_a_round_is_asked_to_its_end():
    _, events = whole(PANELS["votes"])
    before = events[:3]
    assert [event.type for event in before] == ["run_started", "turn_started", "turn_started"]
    made = resumed(PANELS["votes"], before)
    [third] = {"a", "b", "c"} - {event.agent for event in before[1:]}
    assert [(turn.round, turn.attempt) for turn in made.asked if turn.agent == third] == [(1, 1), (2, 1)]


def test_turns_that_were_being_called_off_are_not_asked_again():
    _, events = whole(PANELS["stragglers"])
    first = next(number for number, event in enumerate(events, 1) if isinstance(event, Cancelled))
    made = resumed(PANELS["stragglers"], events[:first])
    assert made.asked == []
    assert {event.why for event in made.journal.of(Cancelled)} == {"settled"}


def test_a_run_that_was_being_stopped_goes_on_to_its_end():
    _, events = whole(PANELS["votes"])
    made = resumed(PANELS["votes"], [*upto(events, 1, Replied, "a"), Stopped(why="interrupted")])
    assert made.asked == []
    assert (made.state.verdict.answer, made.state.verdict.stopped) == ("x", "interrupted")


def test_a_run_whose_time_is_used_up_ends_with_its_best_answer():
    _, events = whole(PANELS["votes"])
    made = resumed(PANELS["votes"], upto(events, 1, Replied, "a"), timeout=-1.0)
    assert made.asked == []
    assert (made.state.verdict.answer, made.state.verdict.exit_code) == ("x", 4)


def test_an_agent_that_sat_out_before_the_cut_still_does():
    agents = {"a": says("x"), "b": says("y", "x"), "c": broken}
    made = resumed(agents, upto(whole(agents)[1], 1, Failed, "c"))
    assert "c" not in {turn.agent for turn in made.asked}
    assert [one.agent for one in made.state.verdict.absent] == ["c"]
