"""The default protocol, from its drafts to its verdict."""

import pytest
from harness import answers, begun, fails_to_vote, play, silent
from massgen_hub.consensus import PLURALITY, Answer, Ballot, Cancelled, Replied, Stopped, TurnStarted, fold
from massgen_hub.consensus.rounds import Rounds


def kinds(log):
    return [(event.round, event.kind) for event in log if isinstance(event, TurnStarted)]


THREE = {"ann": answers("x", "x", "y", "z"), "bob": answers("y", "x", "y", "z"), "cem": answers("z", "z", "x", "y")}


def test_agents_draft_alone_then_see_each_other_and_vote():
    state, log = play(THREE, refine=0)
    assert kinds(log) == [(1, "draft")] * 3 + [(2, "vote")] * 3
    assert all(not event.shown for event in log if isinstance(event, TurnStarted) and event.kind == "draft")
    assert (state.verdict.answer, state.verdict.authors, state.verdict.by) == ("x", ("ann",), "vote")


def test_a_run_without_refinement_takes_two_turns_an_agent():
    assert play(THREE)[0].verdict.turns == 6


def test_the_answer_delivered_is_the_text_that_was_voted_for():
    text = "  def f():\n\treturn 1\n"
    state, _ = play({"a": answers(text), "b": answers("y", text), "c": answers("z", text)})
    assert state.verdict.answer == text


def test_the_majority_of_equal_drafts_decides_without_a_vote():
    state, log = play({"a": answers("Paris"), "b": answers("paris."), "c": answers("Rome")})
    assert state.verdict.by == "gate"
    assert kinds(log) == [(1, "draft")] * 3
    assert (state.verdict.agreement, state.verdict.decided) == ("majority", True)


def test_a_gate_does_not_wait_for_the_last_draft():
    agents = {"a": answers("Paris"), "b": answers("Paris"), "z": answers("Rome")}
    state, _ = play(agents)
    assert state.verdict.stopped == "settled"
    assert [(one.agent, one.how) for one in state.verdict.absent] == [("z", "cancelled")]


def test_without_the_gate_equal_drafts_are_voted_on():
    state, log = play({"a": answers("Paris"), "b": answers("Paris"), "c": answers("Paris")}, gate="off", refine=0)
    assert kinds(log)[3:] == [(2, "vote")] * 3
    assert (state.verdict.by, state.verdict.agreement) == ("vote", "unanimous")


def test_a_refinement_adds_a_candidate_and_supersedes_the_ballots_of_its_round():
    def refiner(kind, texts):
        if kind == "draft":
            return Answer(text="draft of r")
        return Answer(text="better") if kind == "decide" and "better" not in texts.values() else ["better"]

    state, log = play({"r": refiner, "a": answers("x", "better", "x"), "b": answers("y", "better", "y")})
    assert kinds(log)[:6] == [(1, "draft")] * 3 + [(2, "decide")] * 3
    assert sorted(kinds(log)[6:]) == [(3, "decide")] * 2 + [(3, "vote")]
    assert state.verdict.answer == "better"
    assert state.verdict.rounds == 3
    assert len(state.candidates()) == 4  # the drafts stay on the ballot


def test_refinements_are_bounded_by_the_allowance():
    def tireless(name):
        def agent(kind, texts):
            return list(texts.values())[:1] if kind == "vote" else Answer(text=f"{name}, better than {len(texts)}")

        return agent

    state, log = play({name: tireless(name) for name in "abc"}, refine=2)
    assert state.verdict.rounds == 4
    assert {kind for round_, kind in kinds(log) if round_ == 4} == {"vote"}


def test_voting_stops_when_the_outcome_is_settled():
    state, _ = play({name: answers(name, "a") for name in "abcde"}, refine=0)
    assert state.verdict.stopped == "settled"
    assert state.verdict.voted < 5
    assert state.verdict.answer == "a"


def test_nothing_is_settled_while_somebody_may_still_refine():
    agents = {name: answers(name, "a", "b") for name in "abcde"}
    assert play(agents, refine=1)[0].verdict.stopped == "complete"


def test_one_agent_alone_is_unanimous_of_one():
    verdict = play({"solo": answers("42")})[0].verdict
    assert (verdict.decided, verdict.agreement, verdict.by, verdict.exit_code) == (True, "unanimous", "alone", 0)


def test_when_all_agents_fail_there_is_no_answer():
    verdict = play({"a": silent, "b": silent})[0].verdict
    assert (verdict.decided, verdict.winner, verdict.exit_code) == (False, None, 5)
    assert [one.why for one in verdict.absent] == ["error: it fails"] * 2


def test_a_failed_agent_keeps_its_answer_on_the_ballot():
    agents = {"a": fails_to_vote("best"), "b": answers("y", "best"), "c": answers("z", "best")}
    verdict = play(agents)[0].verdict
    assert (verdict.answer, verdict.decided, verdict.agreement) == ("best", True, "majority")
    assert [(one.agent, one.how) for one in verdict.absent] == [("a", "failed")]


def test_too_few_voters_are_no_decision_but_the_best_answer_is_given():
    agents = {"a": fails_to_vote("x"), "b": fails_to_vote("y"), "c": answers("z", "x")}
    verdict = play(agents)[0].verdict
    assert (verdict.decided, verdict.exit_code, verdict.answer) == (False, 3, "x")
    assert "1 of 3 agents voted, 2 are needed" in verdict.reason


def test_no_vote_is_asked_of_agents_that_cannot_reach_the_quorum():
    verdict = play({"a": silent, "b": silent, "c": answers("z")})[0].verdict
    assert (verdict.decided, verdict.answer, verdict.turns, verdict.exit_code) == (False, "z", 3, 3)


def test_a_threshold_that_is_missed_is_no_decision():
    verdict = play(THREE, refine=0, threshold=0.9)[0].verdict
    assert (verdict.decided, verdict.exit_code) == (False, 3)
    assert "put the winner first" in verdict.reason


def test_a_single_choice_for_oneself_does_not_count():
    agents = {"a": answers("x"), "b": answers("y"), "c": answers("z", "x"), "d": answers("w", "x")}
    verdict = play(agents, rule=PLURALITY, refine=0)[0].verdict
    assert verdict.answer == "x"
    assert [(one.agent, one.how) for one in verdict.absent] == [("a", "own"), ("b", "own")]
    assert [line.firsts for line in verdict.tally if line.candidate == verdict.winner] == [2]


def test_between_two_a_vote_for_oneself_counts():
    verdict = play({"a": answers("x"), "b": answers("y", "x")}, rule=PLURALITY)[0].verdict
    assert (verdict.answer, verdict.agreement) == ("x", "unanimous")


def test_a_tie_falls_to_the_secondary_score_and_says_so():
    agents = {"a": answers("x", "x", "z", "y"), "b": answers("y", "y", "x", "z"), "c": answers("z", "y", "x", "z")}
    verdict = play(agents, refine=0, drafts="shown")[0].verdict
    assert [line.score for line in verdict.tally] == [4.0, 4.0, 1.0]
    assert (verdict.answer, verdict.tie_broken, len(verdict.tied)) == ("y", "secondary", 2)


def test_a_draw_depends_on_the_seed_and_not_on_the_order_of_registration():
    agents = {"a": answers("x", "x"), "b": answers("y", "y")}
    reversed_agents = dict(reversed(agents.items()))
    winners = [play(agents, seed=seed, refine=0)[0].verdict.answer for seed in range(30)]
    again = [play(reversed_agents, seed=seed, refine=0)[0].verdict.answer for seed in range(30)]
    assert winners == again
    assert set(winners) == {"x", "y"}


def test_the_order_of_arrival_changes_nothing():
    forwards = play(THREE, refine=0, arrival=lambda name: name)[0].verdict
    backwards = play(THREE, refine=0, arrival=lambda name: -ord(name[0]))[0].verdict
    assert forwards == backwards


def test_dissent_keeps_its_reason():
    [dissent] = play(THREE, refine=0)[0].verdict.dissent
    assert (dissent.voters, dissent.reason) == (("cem",), "cem says so")


def test_the_winner_may_write_the_answer_up():
    def author(kind, _texts):
        return Answer(text="polished x") if kind == "present" else answers("x")(kind, _texts)

    agents = {"a": author, "b": answers("y", "x", "y"), "c": answers("z", "x", "z")}
    verdict = play(agents, present="winner")[0].verdict
    assert (verdict.answer, verdict.delivered) == ("polished x", "winner")


def test_a_write_up_that_fails_leaves_the_answer_that_was_voted_for():
    def author(kind, texts):
        return None if kind == "present" else answers("x")(kind, texts)

    agents = {"a": author, "b": answers("y", "x", "y"), "c": answers("z", "x", "z")}
    verdict = play(agents, present="winner")[0].verdict
    assert (verdict.answer, verdict.delivered, verdict.decided) == ("x", "verbatim", True)


@pytest.mark.parametrize(("why", "code"), [("deadline", 4), ("budget", 4), ("interrupted", 130)])
def test_a_run_that_is_stopped_gives_its_best_answer(why, code):
    state = begun(["a", "b", "c"])
    protocol = Rounds(state.settings, PLURALITY)
    for step in protocol.next(state):
        state.apply(TurnStarted(agent=step.agent, round=1, attempt=1, kind="draft"))
    _answer(state, "a", "x")
    state.apply(Stopped(why=why))
    cancels = protocol.next(state)
    assert {step.agent for step in cancels} == {"b", "c"}
    for step in cancels:
        state.apply(Cancelled(agent=step.agent, round=1, attempt=1, why=step.why))
    [finish] = protocol.next(state)
    assert (finish.verdict.answer, finish.verdict.stopped, finish.verdict.exit_code) == ("x", why, code)


def _answer(state, agent, text):
    state.apply(Replied(agent=agent, round=1, attempt=1, text=text, decision=Answer(text=text)))


def test_the_log_of_a_run_folds_to_the_same_verdict():
    state, log = play(THREE)
    assert fold(log).verdict == state.verdict


def test_a_ballot_says_what_it_was_parsed_from():
    cast = play(THREE, refine=0)[0].cast.values()
    assert all(isinstance(one.ballot, Ballot) and one.ballot.labels for one in cast)
