"""Runs a protocol with real agents: asks, waits, retries, repairs, cancels, and journals every step before it counts.

Each attempt of a turn is a flight. It lands once; what an agent does after that is dropped, so that nobody, not even
an agent that swallows its cancellation, can hold up a run.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Literal

from ..codec import from_json
from ..consensus import (
    Abstention,
    Answer,
    Ask,
    Cancel,
    Cancelled,
    Decision,
    Decisive,
    Ended,
    Failed,
    Finish,
    Refusal,
    Replied,
    Rule,
    RunStarted,
    State,
    Step,
    Stopped,
    TurnStarted,
    Verdict,
)
from ..consensus import Protocol as ConsensusProtocol
from ..consensus.clusters import cluster_id
from ..consensus.draw import draw
from ..contract import Reply, Task, Turn
from ..dialogue import read
from ..errors import IllegalEvent
from .faults import Fault, fault_of, message_of
from .files import Folders, files_in
from .flight import Flight, Participant, TurnHost, native_json, whole
from .journal import Journal
from .resume import Tries, newest_turns, refold, tries_in
from .turns import Turns

LONGEST_REPLY = 1024 * 1024
GRACE_SECONDS = 2.0
BACKOFF_SECONDS = 1.0
LONGEST_WAIT = 60.0
REPAIRS = RETRIES = 1


class Runner:
    """One run, from its question to its verdict.

    `before` are the decisive events of a run that was cut off, the first of them `start`: it goes on from there.
    `timeout` is in seconds from now.
    """

    def __init__(
        self,
        *,
        task: Task,
        start: RunStarted,
        protocol: ConsensusProtocol,
        rule: Rule,
        participants: Mapping[str, Participant],
        journal: Journal,
        folders: Folders,
        timeout: float | None = None,
        extract: Callable[[str], object] | None = None,
        before: Sequence[Decisive] = (),
    ) -> None:
        self.state = State()
        self._start, self._turns = start, Turns(task, start, rule, folders)
        self._protocol, self._rule = protocol, rule
        self._participants, self._journal = participants, journal
        self._timeout, self._extract = timeout, extract
        self._before = before
        self._ends: float | None = None
        self._flights: dict[str, Flight] = {}
        self._tries: Tries = tries_in(before)
        self._tasks: set[asyncio.Task[None]] = set()
        self._wake = asyncio.Event()
        self._broken: BaseException | None = None
        self._stop: Literal["budget", "deadline", "interrupted"] | None = None

    def stop(self, why: Literal["budget", "deadline", "interrupted"]) -> None:
        """End the run as soon as possible, with the best answer so far."""
        self._stop = self._stop or why
        self._wake.set()

    async def run(self) -> Verdict:
        """Run to the verdict. Raises `Unwritable` when the record cannot be written any more."""
        loop = asyncio.get_running_loop()
        timer = None
        if self._timeout is not None:
            if self._timeout <= 0:
                self.stop("deadline")
            timer = loop.call_later(self._timeout, self.stop, "deadline")
            self._ends = loop.time() + self._timeout
        try:
            self._begin()
            while self.state.verdict is None:
                self._advance()
                if self.state.verdict is None:
                    self._expect_progress()
                    await self._wake.wait()
                    self._wake.clear()
                if self._broken is not None:
                    raise self._broken
            return self.state.verdict
        finally:
            if timer is not None:
                timer.cancel()
            await self._clear()

    def _begin(self) -> None:
        """Start, or go on: first with what the protocol had said, then with the turns that had begun and are needed."""
        if not self._before:
            self._emit(self._start)
        for agent, participant in self._participants.items():
            if participant.about:
                self._journal.activity("opened", {"agent": agent, **participant.about})
        if not self._before:
            return
        self.state, left = refold(self._before, self._protocol)
        if not self._stop:
            self._take(left)
        self._advance()
        self._take_up()

    def _take_up(self) -> None:
        """Ask again for what was lost with the process. It costs no retry."""
        for agent, turn in newest_turns(self._before).items():
            if agent in self.state.running and agent not in self._flights:
                if turn.outcome is None:
                    self._emit(turn.lost)
                self._launch(turn.ask, attempt=turn.started.attempt + 1, repair=turn.repair)

    def _advance(self) -> None:
        """Do what the protocol says now."""
        if self._stop and self.state.stopped is None:
            self._emit(Stopped(why=self._stop))
        while steps := self._protocol.next(self.state):
            self._take(steps)
            if self.state.running or self.state.verdict is not None:
                return

    def _take(self, steps: Sequence[Step]) -> None:
        for step in steps:
            match step:
                case Ask():
                    self._launch(step, attempt=1)
                case Cancel(agent=agent, why=why):
                    self._call_off(agent, why)
                case Finish(verdict=verdict):
                    self._emit(Ended(verdict=verdict))
                    return

    def _expect_progress(self) -> None:
        if not self.state.running:
            raise IllegalEvent(f"the protocol `{self.state.settings.protocol}` neither asks anybody nor finishes")

    def _emit(self, event: Decisive) -> None:
        self.state.check(event)
        self._journal.decide(event)
        self.state.change(event)

    # A flight: from the question to its landing

    def _launch(self, ask: Ask, *, attempt: int, repair: str | None = None) -> None:
        participant = self._participants[ask.agent]
        turn = self._turn(ask, attempt, repair)
        self._emit(
            TurnStarted(
                agent=ask.agent, round=ask.round, attempt=attempt, kind=ask.kind, shown=ask.shown, repair=repair
            )
        )
        flight = Flight(turn, dict(ask.shown))
        self._flights[ask.agent] = flight
        loop = asyncio.get_running_loop()
        if participant.timeout is not None:
            flight.deadline = loop.call_later(participant.timeout, self._expire, flight, ask, participant.timeout)
        flight.task = loop.create_task(self._fly(flight, ask, participant), name=ask.agent)
        self._tasks.add(flight.task)
        flight.task.add_done_callback(self._tasks.discard)

    def _turn(self, ask: Ask, attempt: int, repair: str | None) -> Turn:
        participant = self._participants[ask.agent]
        return self._turns.make(
            ask,
            attempt,
            repair=repair,
            candidates=self.state.candidates(self.state.view(ask.agent, attempt)) if ask.shown else {},
            works=participant.traits.code or participant.traits.tools,
            seconds_left=self._seconds_left(participant),
        )

    def _seconds_left(self, participant: Participant) -> float | None:
        """What the agent has for this turn: its own time-out, or what is left of the run, if that is less."""
        limits = [participant.timeout]
        if self._ends is not None:
            limits.append(max(0.0, self._ends - asyncio.get_running_loop().time()))
        return min((limit for limit in limits if limit is not None), default=None)

    async def _fly(self, flight: Flight, ask: Ask, participant: Participant) -> None:
        try:
            reply = await participant.agent(flight.turn, TurnHost(flight, self._journal))
        except asyncio.CancelledError:
            if not flight.landed:  # the agent cancelled itself
                self._guard(
                    self._failed, flight, ask, Fault(why="error", message="the agent was cancelled from inside")
                )
            raise
        except (KeyboardInterrupt, GeneratorExit):
            raise
        except BaseException as failure:  # `sys.exit` in an agent, or a panic of native code, must not end the hub
            self._guard(self._failed, flight, ask, fault_of(failure))
        else:
            self._guard(self._replied, flight, ask, reply)
        finally:
            self._wake.set()

    def _guard(self, landing: object, flight: Flight, *arguments: object) -> None:
        """Land a flight once. What breaks here is not the agent's fault: it ends the run."""
        if flight.land():
            try:
                landing(flight, *arguments)  # type: ignore[operator]
            except Exception as failure:
                self._broken = self._broken or failure

    def _expire(self, flight: Flight, ask: Ask, seconds: float) -> None:
        left_behind = not self._participants[ask.agent].stoppable
        fault = Fault(why="timeout", message=f"no reply within {seconds:g} s", left_behind=left_behind)
        self._guard(self._failed, flight, ask, fault)
        self._end_task(flight)
        self._wake.set()

    def _call_off(self, agent: str, why: str) -> None:
        flight, seat = self._flights.get(agent), self.state.seats[agent]
        if flight is not None:
            flight.land()  # one that waits for its next try has landed already
        left_behind = flight is not None and not self._participants[agent].stoppable
        self._emit(Cancelled(agent=agent, round=seat.round, attempt=seat.attempt, why=why, left_behind=left_behind))
        if flight is not None:  # there is none where the process that ran it is gone
            self._end_task(flight)

    @staticmethod
    def _end_task(flight: Flight) -> None:
        if flight.deadline is not None:
            flight.deadline.cancel()
        if flight.task is not None:
            flight.task.cancel()

    # Landings

    def _replied(self, flight: Flight, ask: Ask, raw: Reply | str) -> None:
        reply = Reply(text=raw) if isinstance(raw, str) else raw
        fail = partial(self._failed, flight, ask)
        if not isinstance(reply, Reply) or not isinstance(reply.text, str):
            fail(Fault(why="error", message=f"the agent returned a `{type(raw).__name__}`, not a reply"))
        elif (native := native_json(reply)) is None:
            fail(Fault(why="error", message="the agent returned native arguments that are no JSON"))
        elif (length := max(len(reply.text), len(native))) > LONGEST_REPLY:
            size = f"{length / LONGEST_REPLY:.1f} million characters, 1 is the most"
            fail(Fault(why="too_large", message=f"a reply of {size}"))
        elif not reply.text.strip() and not reply.data:
            fail(Fault(why="empty", message="the agent said nothing", transient=True))
        else:
            try:
                data = None if reply.data is None else self._journal.clean(from_json(whole(native)))
            except RecursionError:
                fail(Fault(why="error", message="the agent returned native arguments that are nested too deeply"))
            else:
                self._heard(flight, ask, Reply(text=str(self._journal.clean(whole(reply.text))), data=data))

    def _heard(self, flight: Flight, ask: Ask, reply: Reply) -> None:
        turn = flight.turn
        decision = self._decision(flight, ask, reply)
        self._emit(
            Replied(
                agent=turn.agent,
                round=turn.round,
                attempt=turn.attempt,
                text=reply.text,
                data=reply.data,
                decision=decision,
                seconds=flight.seconds,
            )
        )
        if isinstance(decision, Refusal):
            self._launch(ask, attempt=turn.attempt + 1, repair=decision.why)

    def _decision(self, flight: Flight, ask: Ask, reply: Reply) -> Decision:
        decision = read(ask.kind, reply, flight.labels, self._rule.needs, veto=self._turns.may_veto(ask.agent))
        if isinstance(decision, Refusal) and not self._may(ask, "repair", REPAIRS):
            return Abstention(why=decision.why, invalid=True)
        if isinstance(decision, Answer):
            text = whole(decision.text)  # JSON may hold half of a pair as an escape
            return replace(decision, text=text, cluster=self._cluster(ask, text), files=files_in(flight.turn.folder))
        return decision

    def _cluster(self, ask: Ask, text: str) -> str | None:
        """Which equal answers an answer belongs to; a write-up belongs to none."""
        if ask.kind == "present":
            return None
        return cluster_id(text, self._start.settings.answer, self._key(ask, text))

    def _key(self, ask: Ask, text: str) -> str | None:
        """What the user's extractor makes of an answer; None where there is none, or where it finds nothing."""
        if self._extract is None:
            return None
        try:
            found = self._extract(text)
            return None if found is None else str(found)
        except Exception as failure:  # the user's code: the text itself is compared instead
            self._journal.activity("extractor_failed", {"agent": ask.agent, "message": message_of(failure)})
            return None

    def _failed(self, flight: Flight, ask: Ask, fault: Fault) -> None:
        turn = flight.turn
        again = fault.transient and self._may(ask, "retry", RETRIES)
        self._emit(
            Failed(
                agent=turn.agent,
                round=turn.round,
                attempt=turn.attempt,
                why=fault.why,
                message=str(self._journal.clean(fault.message)),
                final=not again,
                seconds=flight.seconds,
                left_behind=fault.left_behind,
                hint=str(self._journal.clean(fault.hint)),
                traceback=str(self._journal.clean(fault.traceback)),
            )
        )
        if again:
            jitter = draw(self._start.seed, "backoff", turn.agent, turn.round) / 2**64
            pause = BACKOFF_SECONDS * (0.5 + jitter) + min(fault.wait, LONGEST_WAIT)
            flight.deadline = asyncio.get_running_loop().call_later(pause, self._retry, flight, ask)

    def _retry(self, flight: Flight, ask: Ask) -> None:
        try:
            self._launch(ask, attempt=flight.turn.attempt + 1, repair=flight.turn.repair)
        except Exception as failure:
            self._broken = self._broken or failure
            self._wake.set()

    def _may(self, ask: Ask, what: str, most: int) -> bool:
        """Whether this turn may be tried again for this reason; counts the try."""
        key = (ask.agent, ask.round, what)
        self._tries[key] += 1
        return self._tries[key] <= most

    async def _clear(self) -> None:
        """Cancel what still runs and give it a moment; what does not end then is left behind and named."""
        for flight in self._flights.values():
            flight.land()
            self._end_task(flight)
        if self._tasks:
            _, left = await asyncio.wait(self._tasks, timeout=GRACE_SECONDS)
            if left:
                self._journal.activity("abandoned", {"agents": sorted({task.get_name() for task in left})})
