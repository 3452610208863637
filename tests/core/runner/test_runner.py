"""Turns with real awaiting: retries, repairs, deadlines, stragglers, and agents that misbehave."""

import asyncio
from pathlib import Path
from types import SimpleNamespace

import pytest
from massgen_hub.consensus import Abstention, Ballot, Cancelled, Failed, Refusal, Replied, TurnStarted
from massgen_hub.contract import Activity, Question, Reply, Traits, Usage
from massgen_hub.errors import NotAvailable, RecordError, TurnError, WorkerDied
from massgen_hub.testing.simulator.clock import VirtualLoop
from stage import MemoryJournal, play, ranking, runner, says

PEERS = {"b": says("y", "x", "y"), "c": says("z", "x", "z")}
SPLIT = {"b": says("y", "y", "x", "z"), "c": says("z", "z", "x", "y")}


def voting(*replies):
    """Drafts `x`, then replies to its vote turns with these, one an attempt."""
    left = list(replies)

    async def agent(turn, host):
        if turn.kind == "draft":
            return "x"
        reply = left.pop(0)
        return reply(turn) if callable(reply) else reply

    return agent


def test_every_decisive_event_is_journaled_before_the_next_step():
    verdict, journal = play({"a": says("x"), **PEERS}, refine=0)
    assert verdict.answer == "x"
    assert [event.type for event in journal.decisive][:4] == ["run_started", *["turn_started"] * 3]
    assert journal.decisive[-1].type == "ended"


def test_agents_of_a_round_work_at_the_same_time():
    barrier = asyncio.Barrier(3)

    async def meets(turn, host):
        await barrier.wait()
        return "x"

    verdict, _ = play({"a": meets, "b": meets, "c": meets})
    assert verdict.by == "gate"


@pytest.mark.parametrize("what", ["I like them all.", '{"ranking": ["Z"]}', '{"ranking": ["A"]} {"ranking": ["B"]}'])
def test_a_bad_vote_is_asked_for_once_more_with_the_reason(what):
    seen = []

    def second(turn):
        seen.append((turn.attempt, turn.repair))
        return ranking(turn, "x")

    _, journal = play({"a": voting(what, second), **SPLIT}, refine=0)
    [(attempt, repair)] = seen
    first, again = journal.of(Replied, "a")[1:]
    assert attempt == 2
    assert isinstance(first.decision, Refusal)
    assert first.decision.why == repair
    assert first.text == what
    assert isinstance(again.decision, Ballot)


def test_prose_twice_is_an_abstention_that_keeps_the_words():
    verdict, journal = play({"a": voting("no", "still no"), **SPLIT}, refine=0)
    last = journal.of(Replied, "a")[-1]
    assert isinstance(last.decision, Abstention)
    assert last.text == "still no"
    assert [(one.agent, one.how) for one in verdict.absent] == [("a", "invalid")]
    assert verdict.decided


MISBEHAVIOUR = {
    "raises": (ValueError("boom"), "error", "ValueError: boom"),
    "returns nothing": (None, "error", "returned a `NoneType`"),
    "says nothing": ("  ", "empty", "said nothing"),
    "says too much": ("x" * 10_000_000, "too_large", "9.5 million characters"),
    "returns a number": (7, "error", "returned a `int`"),
    "loses its worker": (WorkerDied("the worker was killed by signal 9"), "worker_died", "signal 9"),
}


@pytest.mark.parametrize("what", MISBEHAVIOUR)
def test_an_agent_that(what, monkeypatch):
    monkeypatch.setattr("massgen_hub.runner.runner.BACKOFF_SECONDS", 0.0)
    does, why, message = MISBEHAVIOUR[what]

    async def agent(turn, host):
        if isinstance(does, Exception):
            raise does
        return does

    verdict, journal = play({"a": agent, **PEERS})
    last = journal.of(Failed, "a")[-1]
    assert (last.why, last.final) == (why, True)
    assert message in last.message
    assert [(one.agent, one.how) for one in verdict.absent] == [("a", "failed")]
    assert verdict.decided
    assert verdict.exit_code == 0


def test_an_agent_that_hangs_fails_at_its_deadline_and_holds_nobody_up():
    async def hangs(turn, host):
        await asyncio.Event().wait()

    verdict, journal = play({"a": hangs, **PEERS}, turn_timeout=0.05)
    assert journal.of(Failed, "a")[0].why == "timeout"
    assert verdict.decided


def test_an_agent_that_swallows_its_cancellation_is_left_behind_and_named(monkeypatch):
    monkeypatch.setattr("massgen_hub.runner.runner.GRACE_SECONDS", 0.05)
    released = []

    async def stubborn(turn, host):
        while not released:
            try:
                await asyncio.sleep(0.02)
            except asyncio.CancelledError:
                continue
        return "too late"

    async def whole():
        made = runner({"a": stubborn, **PEERS}, turn_timeout=0.05)
        verdict = await made.run()
        released.append(True)
        return verdict, made.journal

    verdict, journal = asyncio.run(whole())
    assert verdict.decided
    assert ("abandoned", {"agents": ["a"]}) in journal.activities
    assert not journal.of(Replied, "a")


def test_a_passing_failure_is_tried_once_more(monkeypatch):
    monkeypatch.setattr("massgen_hub.runner.runner.BACKOFF_SECONDS", 0.0)
    attempts = []

    async def flaky(turn, host):
        attempts.append(turn.attempt)
        if turn.kind == "draft" and turn.attempt == 1:
            raise TurnError("429", transient=True)
        return await says("x", "x", "y")(turn, host)

    verdict, journal = play({"a": flaky, **SPLIT}, refine=0)
    assert attempts == [1, 2, 1]
    assert [event.final for event in journal.of(Failed, "a")] == [False]
    assert not verdict.absent


@pytest.mark.parametrize(("asked", "waited"), [("7", 7), ("86400", 60), ("Fri, 31 Dec 1999 23:59:59 GMT", 0)])
def test_a_busy_server_is_given_the_time_that_it_asks_for(asked, waited):
    starts = []

    async def busy(turn, host):
        starts.append(asyncio.get_running_loop().time())
        if turn.attempt == 1 and turn.kind == "draft":
            failure = TurnError("429", transient=True)
            failure.response = SimpleNamespace(status_code=429, headers={"retry-after": asked})
            raise failure
        return await says("x", "x", "y")(turn, host)

    loop = VirtualLoop()
    loop.run_until_complete(runner({"a": busy, **SPLIT}, refine=0).run())
    loop.close()
    assert waited + 0.5 <= starts[1] - starts[0] <= waited + 1.5


def test_a_lasting_failure_is_not_tried_again():
    async def refused(turn, host):
        raise TurnError("401: wrong key")

    _, journal = play({"a": refused, **PEERS})
    assert [event.attempt for event in journal.of(Failed, "a")] == [1]


def test_a_failure_is_recorded_with_its_hint_and_where_it_comes_from():
    async def refused(turn, host):
        try:
            int("x")
        except ValueError as failure:
            raise TurnError("401: wrong key", hint="set OPENAI_API_KEY") from failure

    verdict, journal = play({"a": refused, **PEERS})
    failed = journal.of(Failed, "a")[0]
    assert (failed.message, failed.hint) == ("401: wrong key", "set OPENAI_API_KEY")
    assert ', in refused\n    int("x")\nValueError: invalid literal' in failed.traceback
    assert [one.hint for one in verdict.absent] == ["set OPENAI_API_KEY"]


def test_secrets_stay_out_of_a_recorded_failure():
    class Cleaning(MemoryJournal):
        def clean(self, value):
            return value.replace("sk-1", "[secret]") if isinstance(value, str) else value

    async def tells(turn, host):
        try:
            int("sk-1")
        except ValueError as failure:
            raise TurnError("sk-1 is wrong", hint="sk-1?") from failure

    _, journal = play({"a": tells, **PEERS}, journal=Cleaning())
    failed = journal.of(Failed, "a")[0]
    assert "int(" in failed.traceback
    assert "sk-1" not in failed.message + failed.hint + failed.traceback


def test_when_all_agents_fail_each_reason_is_kept():
    async def refused(turn, host):
        raise TurnError(f"{turn.agent} has no key")

    verdict, _ = play({"a": refused, "b": refused})
    assert verdict.exit_code == 5
    assert [one.why for one in verdict.absent] == ["error: a has no key", "error: b has no key"]


def test_stragglers_are_cancelled_when_the_outcome_is_settled():
    cancelled = []

    async def slow(turn, host):
        if turn.kind == "draft":
            return "w"
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.append(turn.kind)
            raise

    agents = {"slow": slow, "a": says("x"), "b": says("y", "x"), "c": says("z", "x"), "d": says("v", "x")}
    verdict, journal = play(agents, refine=0)
    assert cancelled == ["vote"]
    assert verdict.stopped == "settled"
    assert [event.why for event in journal.of(Cancelled, "slow")] == ["settled"]


def test_the_deadline_of_a_run_gives_the_best_answer_so_far():
    async def slow(turn, host):
        await asyncio.Event().wait()

    verdict, _ = play({"a": says("x"), "b": slow, "c": slow}, timeout=0.05)
    assert (verdict.answer, verdict.stopped, verdict.exit_code) == ("x", "deadline", 4)


def test_stopping_a_run_ends_it_with_its_best_answer():
    async def whole():
        made = None

        async def slow(turn, host):
            made.stop("interrupted")
            await asyncio.Event().wait()

        made = runner({"a": says("x"), "b": slow})
        return await made.run()

    verdict = asyncio.run(whole())
    assert (verdict.answer, verdict.stopped, verdict.exit_code) == ("x", "interrupted", 130)


@pytest.mark.parametrize("number", range(8))
def test_an_event_that_cannot_be_recorded_ends_the_run(number):
    with pytest.raises(RecordError, match="the disk is full"):
        play({"a": says("x"), **PEERS}, refine=0, journal=MemoryJournal(breaks_at=number))


def test_what_an_agent_reports_is_journaled_until_it_has_replied():
    kept = []

    async def talks(turn, host):
        kept.append(host)
        host.say("x", 0)
        host.note(Activity(kind="call", name="add", text="{}", id="1"))
        host.spend(Usage(input=3, output=None))
        if turn.kind != "draft":
            kept[0].say("late")
        return await says("x")(turn, host)

    _, journal = play({"a": talks, **PEERS}, refine=0)
    assert journal.said["a", 1, 1, 0] == "x"
    [usage] = [data for type_, data in journal.activities if type_ == "usage" and data["round"] == 1]
    assert (usage["input"], usage["output"], usage["by"]) == (3, None, "agent")


def test_a_question_to_a_person_fails_the_turn_when_nobody_is_there():
    async def asks(turn, host):
        await host.ask(Question(text="May I?"))

    _, journal = play({"a": asks, **PEERS})
    assert "May I?" in journal.of(Failed, "a")[0].message


def test_the_hub_has_no_tools_yet():
    seen = []

    async def calls(turn, host):
        with pytest.raises(NotAvailable, match="no tool `search`"):
            await host.call("search", {})
        seen.append(True)
        return "x"

    play({"a": calls})
    assert seen


def test_native_arguments_are_recorded_with_the_ballot():
    async def native(turn, host):
        if turn.kind == "draft":
            return "x"
        label = next(one.label for one in turn.shown if one.text == "x")
        return Reply(data={"ranking": [label], "reason": "mine"})

    _, journal = play({"a": native, **PEERS}, refine=0)
    vote = journal.of(Replied, "a")[-1]
    assert vote.decision.channel == "native"
    assert vote.data["reason"] == "mine"


def test_an_agent_that_runs_code_gets_a_folder_and_its_files_are_the_answers(tmp_path):
    async def writes(turn, host):
        await asyncio.to_thread(Path(turn.folder, "plot.txt").write_text, "here")
        return "x"

    verdict, _ = play({"a": writes}, folder=tmp_path, traits=Traits(code=True))
    assert verdict.files == ("plot.txt",)
    assert (tmp_path / "a" / "round-1-1" / "plot.txt").read_text() == "here"


def test_an_agent_that_neither_codes_nor_uses_tools_has_no_folder(tmp_path):
    async def looks(turn, host):
        return str(turn.folder)

    assert play({"a": looks}, folder=tmp_path)[0].answer == "None"


def test_broken_text_is_made_whole():
    verdict, _ = play({"a": says("a\udc80b")})
    assert verdict.answer == "a?b"


def test_a_turn_tells_everything_that_identifies_it():
    turns = []

    async def looks(turn, host):
        turns.append(turn)
        return await says("x")(turn, host)

    play({"a": looks, **PEERS}, refine=0)
    assert [(t.run, t.agent, t.round, t.attempt, t.kind) for t in turns] == [
        ("run-1", "a", 1, 1, "draft"),
        ("run-1", "a", 2, 1, "vote"),
    ]
    assert turns[0].schema is None
    assert {one.label for one in turns[1].shown} == {"A", "B", "C"}


@pytest.mark.parametrize(("turn", "run", "left"), [(5.0, None, 5.0), (5.0, 60.0, 5.0), (None, None, None)])
def test_a_turn_tells_how_much_time_is_left(turn, run, left):
    turns = []

    async def looks(turn, host):
        turns.append(turn)
        return "x"

    play({"a": looks}, turn_timeout=turn, timeout=run)
    assert turns[0].seconds_left == left


def test_a_turn_has_no_more_time_than_its_run():
    turns = []

    async def looks(turn, host):
        turns.append(turn)
        return "x"

    play({"a": looks}, turn_timeout=300.0, timeout=60.0)
    assert 0 < turns[0].seconds_left <= 60.0


def test_a_thousand_agents_come_to_a_verdict():
    agents = {f"a{i}": says(f"text {i}", "text 1") for i in range(1000)}
    verdict, journal = play(agents, refine=0, show=12)
    assert verdict.voted == 1000
    assert len(journal.of(TurnStarted)) == 2000
