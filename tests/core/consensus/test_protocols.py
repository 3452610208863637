"""The other protocols: live, council, pair; and drafts that are counted as votes."""

import pytest
from harness import answers, begun, fails_to_vote, play, play_on, silent
from massgen_hub.consensus import (
    BORDA,
    COUNCIL,
    LIVE,
    PAIR,
    ROUNDS,
    Answer,
    Cancelled,
    Electorate,
    Replied,
    Stopped,
    TurnStarted,
)

THREE = {"a": answers("x", "y"), "b": answers("y", "x"), "c": answers("z", "x")}


def asked(log, kind=None):
    return [event.agent for event in log if isinstance(event, TurnStarted) and kind in (None, event.kind)]


def by_turn(*decisions):
    """Gives these decisions, one a turn; the last one again and again."""
    left = list(decisions)

    def agent(kind, texts):
        decision = left.pop(0) if len(left) > 1 else left[0]
        return decision(texts) if callable(decision) else decision

    return agent


# Drafts that are votes


def test_drafts_are_the_votes_where_the_gate_is_open_to_a_plurality():
    agents = {"a": answers("x"), "b": answers("x"), "c": answers("y"), "d": answers("z"), "e": answers("w")}
    state, log = play(agents, gate="plurality")
    verdict = state.verdict
    assert (verdict.answer, verdict.by, verdict.agreement) == ("x", "gate", "plurality")
    assert (verdict.decided, verdict.margin, verdict.rule) == (True, 1.0, "plurality")
    assert set(asked(log)) == set(asked(log, "draft"))


def test_a_plurality_of_too_few_drafts_decides_nothing():
    agents = {"a": answers("x"), "b": silent, "c": silent}
    verdict = play(agents, gate="plurality")[0].verdict
    assert not verdict.decided
    assert "quorum" in verdict.reason


def test_a_lead_stops_the_drafts_and_says_that_order_mattered():
    agents = {name: answers("x" if name in "abc" else name) for name in "abcdefg"}
    state, log = play(agents, gate="plurality", lead=2)
    assert (state.verdict.answer, state.verdict.stopped) == ("x", "lead")
    cancelled = [event for event in log if isinstance(event, Cancelled)]
    assert len(cancelled) == state.verdict.saved == 5


def test_an_unassailable_plurality_stops_the_drafts():
    agents = {name: answers("x" if name in "abcd" else name) for name in "abcdefg"}
    verdict = play(agents, gate="plurality")[0].verdict
    assert (verdict.stopped, verdict.saved, verdict.agreement) == ("settled", 3, "majority")


def test_a_lead_stops_the_vote_once_a_quorum_has_voted():
    agents = {name: answers(name, "a", name) for name in "abcdefg"}
    verdict = play(agents, refine=0, lead=2, gate="off")[0].verdict
    assert (verdict.stopped, verdict.voted) == ("lead", 4)


# Pair


def test_two_that_agree_are_enough():
    agents = dict.fromkeys("abcde", answers("x"))
    verdict = play(agents, spec=PAIR)[0].verdict
    assert (verdict.answer, verdict.by, verdict.decided, verdict.turns) == ("x", "gate", True, 2)
    assert verdict.agreement == "plurality"  # two of five
    assert verdict.saved == 5 - 2 + 5


def test_two_that_differ_call_in_the_panel():
    agents = {name: answers(name if name in "ab" else "x", "x") for name in "abcde"}
    state, log = play(agents, spec=PAIR, electorate=Electorate(weights={"a": 3, "b": 2}))
    assert asked(log, "draft")[:2] == ["a", "b"]
    assert sorted(asked(log, "draft")[2:]) == ["c", "d", "e"]
    assert state.verdict.answer in ("a", "b", "x")


def test_two_that_differ_call_in_the_third_also_where_drafts_are_the_votes():
    agents = {"a": answers("x"), "b": answers("y"), "c": answers("y")}
    electorate = Electorate(weights={"a": 1.2, "b": 1.1})
    state, log = play(agents, spec=PAIR, gate="plurality", electorate=electorate)
    assert asked(log) == ["a", "b", "c"]
    assert state.verdict.answer == "y"


def test_one_of_two_that_fails_calls_in_the_panel():
    agents = {"a": silent, "b": answers("x"), "c": answers("x"), "d": answers("x")}
    state, log = play(agents, spec=PAIR, electorate=Electorate(weights={"a": 3, "b": 2}))
    assert len(asked(log, "draft")) == 4
    assert (state.verdict.answer, state.verdict.agreement) == ("x", "majority")


def test_the_pair_is_written_up_when_that_is_asked_for():
    agents = dict.fromkeys("abcde", answers("x"))
    verdict = play(agents, spec=PAIR, present="winner")[0].verdict
    assert (verdict.decided, verdict.delivered, verdict.by) == (True, "winner", "gate")


def test_two_agents_alone_are_a_pair_and_vote_when_they_differ():
    verdict = play({"a": answers("x"), "b": answers("y", "x")}, spec=PAIR, refine=0)[0].verdict
    assert (verdict.by, verdict.answer, verdict.agreement) == ("vote", "x", "unanimous")


# Council


def test_a_council_ranks_whatever_the_drafts_and_its_chairman_writes():
    agents = {name: answers("x") for name in "ab"} | {"c": answers("y", "x")}
    state, log = play(agents, spec=COUNCIL, present="synthesize", presenter="c")
    assert len(asked(log, "vote")) == 3
    assert asked(log, "present") == ["c"]
    assert (state.verdict.answer, state.verdict.delivered, state.verdict.by) == ("y", "synthesize", "vote")


def test_a_council_without_a_chairman_lets_the_author_of_the_winner_write():
    state, log = play(THREE, spec=COUNCIL)
    assert asked(log, "present") == ["a"]
    assert state.verdict.delivered == "winner"


# Live


def test_live_asks_nobody_to_wait_for_the_last_draft():
    order = {"a": 0, "b": 1, "c": 99}
    _, log = play(THREE, spec=LIVE, refine=0, arrival=order.get)
    kinds = [(event.type, event.agent) for event in log if isinstance(event, (TurnStarted, Replied))]
    first_vote = next(i for i, event in enumerate(log) if isinstance(event, TurnStarted) and event.kind == "vote")
    last_draft = max(
        i for i, event in enumerate(log) if isinstance(event, Replied) and isinstance(event.decision, Answer)
    )
    assert first_vote < last_draft, kinds


def test_live_asks_once_more_whoever_has_not_seen_the_newest_answer():
    order = {"a": 0, "b": 1, "c": 99}
    state, log = play(THREE, spec=LIVE, refine=0, arrival=order.get)
    assert sorted(asked(log, "vote")) == ["a", "a", "b", "b", "c"]
    assert state.verdict.turnout.counted == 3
    assert state.verdict.turnout.superseded == 2


def test_a_ballot_on_old_candidates_is_stale_and_its_voter_asked_again():
    state, log = play(THREE, spec=LIVE, refine=0, arrival=["a", "b", "c", "a", "b"])
    assert [cast.agent for cast in state.cast.values() if cast.stale] == ["a", "b"]
    assert sorted(asked(log, "vote")) == ["a", "a", "b", "b", "c"]
    assert state.verdict.turnout.stale == 2


def test_a_stale_ballot_of_an_agent_that_fails_later_does_not_count():
    agents = {
        "a": by_turn(Answer(text="x"), lambda texts: list(texts.values()), None),
        "b": answers("y", "z"),
        "c": answers("z", "z"),
    }
    order = {"a": 0, "b": 1, "c": 99}
    verdict = play(agents, spec=LIVE, refine=0, arrival=order.get)[0].verdict
    assert ("a", "failed") in [(one.agent, one.how) for one in verdict.absent]
    assert (verdict.voted, verdict.turnout.superseded) == (2, 2)


def test_answers_in_live_are_bounded():
    def restless(kind, texts):
        return list(texts) if kind == "vote" else Answer(text=f"answer to {len(texts)}")

    state, _ = play({"a": restless, "b": answers("y"), "c": answers("z")}, spec=LIVE, refine=2)
    assert sum(given.agent == "a" for given in state.given) <= 3


def test_whoever_answers_with_what_stands_there_already_is_asked_for_its_ballot():
    agents = {"a": answers("x", "y"), "b": answers("y", "x"), "c": by_turn(Answer(text="z"), Answer(text="x"), ["y"])}
    verdict = play(agents, spec=LIVE, refine=1)[0].verdict
    assert (verdict.voted, verdict.absent) == (3, ())


def test_a_judge_called_too_early_counts_nothing_when_equal_answers_decide():
    agents = {"a": answers("x"), "b": answers("y"), "c": answers("x"), "d": answers("x"), "j": silent}
    order = ["a", "b", "j", "c", "d"]
    verdict = play(agents, spec=LIVE, arrival=order, electorate=Electorate(judge="j"))[0].verdict
    assert (verdict.by, verdict.turnout.counted, verdict.voted) == ("gate", 0, 0)


def test_ballots_on_candidates_that_have_changed_decide_nothing():
    agents = {name: answers(name, "a", "b") for name in "abcd"}
    agents["e"] = by_turn(Answer(text="e"), Answer(text="better"), ["better"])
    state = begun(agents)
    protocol = ROUNDS.make(state.settings, BORDA)
    play_on(state, protocol, agents, until=lambda: len(state.given) == 6)
    for agent in sorted(state.running):
        state.apply(Cancelled(agent=agent, round=2, attempt=1, why="deadline"))
    state.apply(Stopped(why="deadline"))
    [finish] = protocol.next(state)
    assert not finish.verdict.decided
    assert "before the newest answers" in finish.verdict.reason


def test_equal_drafts_decide_in_live_too():
    state, log = play(dict.fromkeys("abcde", answers("x")), spec=LIVE)
    assert (state.verdict.by, state.verdict.agreement) == ("gate", "majority")
    assert not asked(log, "vote")


def test_nobody_left_to_vote_ends_live_without_a_decision():
    verdict = play({"a": fails_to_vote("x"), "b": fails_to_vote("y"), "c": fails_to_vote("z")}, spec=LIVE)[0].verdict
    assert not verdict.decided
    assert verdict.exit_code == 3


@pytest.mark.parametrize("spec", [ROUNDS, PAIR, COUNCIL], ids=lambda spec: spec.name)
@pytest.mark.parametrize("seed", range(5))
def test_neither_registration_nor_arrival_changes_who_wins(spec, seed):
    agents = {"a": answers("x", "y"), "b": answers("y", "z"), "c": answers("z", "x"), "d": answers("w", "y", "z")}
    verdicts = {
        (state.verdict.winner, state.verdict.answer)
        for registered in (agents, dict(reversed(agents.items())))
        for arrival in (None, lambda name: -ord(name))
        for state, _ in [play(registered, spec=spec, seed=seed, refine=0, rule=BORDA, arrival=arrival)]
    }
    assert len(verdicts) == 1
