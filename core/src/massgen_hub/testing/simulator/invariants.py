"""What must be true of every run, whatever went wrong in it. Each invariant says why in its first line.

An invariant looks at a history and yields what is wrong with it, usually nothing. `check` asks all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import pairwise
from types import MappingProxyType
from typing import TypeAlias

from ...codec import to_json
from ...consensus import Ended, Finish, Replied, fold
from ...errors import HubError
from ...record import seconds_used
from ...runner.runner import GRACE_SECONDS, LONGEST_REPLY, REPAIRS, RETRIES
from .counting import (
    ballots_are_the_voters_own,
    ballots_name_a_candidate_once,
    every_voter_is_told,
    failed_agents_do_not_count,
    no_more_votes_than_voters,
    one_ballot_a_voter_and_round,
    only_given_answers_win,
    stale_ballots_do_not_count,
    superseded_ballots_do_not_count,
    the_tally_is_of_the_ballots,
)
from .history import Findings, History, Violation

Invariant: TypeAlias = Callable[[History], Findings]

SLACK = 1.0
FROM_OUTSIDE: Mapping[str, str] = MappingProxyType(
    {"cancel": "CancelledError", "disk_full": "Unwritable", "kill": "Killed"}
)
"""What a run may raise, by what happens to it."""
ORDERLY = ("", "CancelledError", "Unwritable", "Killed")
"""How a run may end, and clean up after itself."""


def one_terminal_event(history: History) -> Findings:
    """A run that ends says so exactly once, last; one that is broken off never says that it ended well."""
    ends = [place for place, event in enumerate(history.decisive) if isinstance(event, Ended)]
    if history.verdict is not None and ends != [len(history.decisive) - 1]:
        yield f"a verdict, and `ended` at {ends} of {len(history.decisive)} decisive events"
    if len(ends) > 1:
        yield f"`ended` {len(ends)} times"


def nothing_inside_breaks_a_run(history: History) -> Findings:
    """Whatever an agent does is the failure of its turn: only what comes from outside may end a run without verdict."""
    allowed = ("", FROM_OUTSIDE.get(history.schedule.outside.what))
    for life in history.lives:
        if life.raised.partition(":")[0] not in allowed:
            yield f"the run raised {life.raised}"
        yield from life.errors


def done_in_time(history: History) -> Findings:
    """Nobody can hold up a run: the verdict is there a second after the deadline, the run returns after its grace."""
    ended = [place for place, event in enumerate(history.events, 1) if event.type == "ended"]
    for life in history.lives:
        if life.asked_to_end is not None and life.ended > life.asked_to_end + GRACE_SECONDS + SLACK:
            yield f"asked to end at {life.asked_to_end:.1f} s, ended at {life.ended:.1f} s"
    if history.schedule.timeout is None or not ended:
        return
    used = seconds_used(history.events[: ended[0]])
    if used > history.schedule.timeout + SLACK:
        yield f"the verdict took {used:.1f} s, {history.schedule.timeout:g} s were allowed"
    late = history.last.ended - history.events[ended[0] - 1].ts
    if late > GRACE_SECONDS + SLACK:
        yield f"the run returned {late:.1f} s after its verdict"


def the_record_recounts(history: History) -> Findings:
    """The verdict follows from the record alone, bit for bit."""
    if history.verdict is None:
        return
    schedule = history.schedule
    try:
        state = fold(history.decisive[:-1])
        steps = schedule.protocol.make(schedule.settings, schedule.rule).next(state)
        state.apply(history.decisive[-1])
    except HubError as failure:
        yield f"the record does not fold: {failure}"
        return
    told = to_json(history.verdict)
    again = [to_json(step.verdict) for step in steps if isinstance(step, Finish)]
    if again != [told] or to_json(state.verdict) != told:
        yield f"recounted {again}, told {told}"


def a_record_cut_off_folds(history: History) -> Findings:
    """Up to where a run was broken off, its record can be read and resumed."""
    if history.verdict is not None:
        return
    try:
        fold(history.decisive)
    except HubError as failure:
        yield f"the record does not fold: {failure}"


def landed_turns_are_not_repeated(history: History) -> Findings:
    """What was paid for is not asked for again, not even after a crash."""
    yield from history.ledger.repeated


def calls_are_bounded(history: History) -> Findings:
    """No agent can extend a run without end: answers, calls and attempts have a most."""
    settings, ledger = history.schedule.settings, history.ledger
    agents = len(history.schedule.order)
    most_answers = 1 + settings.refine
    most_calls = 2 + agents * most_answers
    most_attempts = 1 + RETRIES + REPAIRS + len(history.lives) - 1
    for agent in history.schedule.order:
        calls = [call for call in ledger.calls.values() if call.agent == agent and call.kind != "present"]
        answers = sum(one == agent for one, _, _ in ledger.given)
        if len(calls) > most_calls or answers > most_answers:
            yield f"{agent} was called {len(calls)} times and gave {answers} answers"
    for call in ledger.calls.values():
        if call.attempts > most_attempts:
            yield f"{call.agent} tried round {call.round} {call.attempts} times"
    if sum(call.kind == "present" for call in ledger.calls.values()) > 1:
        yield "the result was written up twice"


def replies_are_bounded(history: History) -> Findings:
    """No agent can fill the memory and the disk of everybody."""
    for event in history.decisive:
        if isinstance(event, Replied):
            size = max(len(event.text), len(to_json(event.data)))
            if size > LONGEST_REPLY:
                yield f"{event.agent}'s reply in round {event.round} has {size} characters"


def time_never_goes_back(history: History) -> Findings:
    """Events are numbered and dated in the order in which they happened."""
    if any(later.ts < earlier.ts for earlier, later in pairwise(history.events)):
        yield "an event is dated before the one that it follows"
    if [event.seq for event in history.events] != list(range(1, len(history.events) + 1)):
        yield "the events are not numbered from 1"


def nothing_is_left_running(history: History) -> Findings:
    """After a run no task and no timer of the hub is left, and an agent that would not stop is named."""
    for life in history.lives:
        if (life.tasks or life.timers) and life.raised.partition(":")[0] in ORDERLY:
            yield f"left: {', '.join((*life.tasks, *life.timers))}"
    told = {name for event in history.events if event.type == "abandoned" for name in event.data["agents"]}
    if history.verdict is not None and not set(history.last.at_work) <= told:
        yield f"{history.last.at_work} still work, told are {sorted(told)}"


def nothing_is_recorded_after_the_end(history: History) -> Findings:
    """What an agent does after the end of a run is not part of it."""
    for place, life in enumerate(history.lives):
        until = len(history.events) if life is history.last else history.lives[place + 1].first
        if until > life.done:
            yield f"{until - life.done} events after the end"


def the_exit_code_fits(history: History) -> Findings:
    """A script that looks at nothing but the exit code is told the truth."""
    verdict = history.verdict
    if verdict is None:
        return
    told = verdict.exit_code
    if (told == 0) != (verdict.decided and verdict.stopped != "interrupted"):
        yield f"exit code {told}, decided: {verdict.decided}"
    if told == 0 and (verdict.winner is None or (verdict.by == "vote" and verdict.voted < verdict.quorum)):
        yield f"decided by {verdict.voted} of {verdict.quorum} that are needed, for {verdict.winner}"
    if told == 5 and history.ledger.given:
        yield "exit code 5, all failed, and there are answers"
    if told in (3, 4) and not verdict.reason:
        yield "no decision, and no reason"


INVARIANTS: tuple[Invariant, ...] = (
    one_terminal_event, nothing_inside_breaks_a_run, done_in_time, one_ballot_a_voter_and_round,
    no_more_votes_than_voters, ballots_name_a_candidate_once, only_given_answers_win, ballots_are_the_voters_own,
    failed_agents_do_not_count, superseded_ballots_do_not_count, stale_ballots_do_not_count,
    the_tally_is_of_the_ballots, every_voter_is_told, the_record_recounts, a_record_cut_off_folds,
    landed_turns_are_not_repeated, calls_are_bounded, replies_are_bounded, time_never_goes_back,
    nothing_is_left_running, nothing_is_recorded_after_the_end, the_exit_code_fits,
)  # fmt: skip


def check(history: History) -> list[Violation]:
    """Every invariant that a run broke."""
    seed = history.schedule.seed
    return [Violation(one.__name__, seed, what) for one in INVARIANTS for what in one(history)]
