"""Plays a schedule: the hub's own runner, protocol, rule, dialogue and journal, in virtual time, with faulty agents."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace

from ...consensus import ProtocolSpec, Rule, Verdict
from ...errors import Unwritable
from ...events import Event
from ...record import Journal, Redactor, decisive, seconds_used
from ...runner import Folders, Participant, Runner
from .agents import Actor
from .clock import Deadlock, VirtualLoop
from .history import History, Life
from .schedule import RUN, TASK, Schedule, draw_schedule
from .world import World

BETWEEN_LIVES = 10.0
REDACTOR = Redactor()
OURS, SIMULATOR = "massgen_hub.", "massgen_hub.testing."


class Killed(Unwritable):
    """The process is gone: nothing is recorded any more."""


@dataclass
class Disk:
    """Keeps the record, until it breaks: at decisive event `breaks_at` of this life, counted from 0, and for good."""

    events: list[Event]
    breaks_at: int | None
    failure: type[Unwritable]
    broken: bool = False
    decisive: int = 0

    def __call__(self, event: Event) -> None:
        """Keep an event. Raises where it cannot."""
        if event.decisive:
            self.broken = self.broken or self.decisive == self.breaks_at
            self.decisive += 1
        if self.broken:
            raise self.failure("the record cannot be written: no space left on device")
        number = len(self.events) + 1  # a journal without a file counts from 1 in every life
        self.events.append(event if event.seq == number else replace(event, seq=number))


def simulate(
    seed: int, *, protocol: ProtocolSpec | str | None = None, rule: Rule | str | None = None, order: int = 0
) -> History:
    """Play the schedule of a seed. The same seed gives the same history.

    `protocol` and `rule` are drawn from the seed too, unless given by name or as records of your own. Another `order`
    registers the agents in another order, which must change nothing.
    """
    return play(draw_schedule(seed, protocol, rule, order))


def play(schedule: Schedule) -> History:
    """Play a schedule, in as many lives as it takes. A run that can never end, or takes the process with it, is a
    history too: its last life says so."""
    loop = VirtualLoop()
    stage = _Stage(schedule, loop)
    try:
        loop.run_until_complete(stage.play())
        return stage.history()
    except (Deadlock, SystemExit) as failure:
        stage.end(failure)
        history = stage.history()
        stage.world.over.set()
        _cancel_all(loop)
        return history
    finally:
        loop.close()


def _cancel_all(loop: VirtualLoop) -> None:
    tasks = sorted(asyncio.all_tasks(loop), key=asyncio.Task.get_name)
    for task in tasks:
        task.cancel()
    loop.run_until_complete(asyncio.wait(tasks))


class _Stage:
    """A schedule on its way."""

    def __init__(self, schedule: Schedule, loop: VirtualLoop) -> None:
        self.schedule, self.loop = schedule, loop
        self.events: list[Event] = []
        self.lives: list[Life] = []
        self.world = World(schedule.seed, schedule.settings.answer)
        self._began = 0.0, 0
        self._asked_to_end: float | None = None

    def history(self) -> History:
        """What happened so far."""
        met = dict(sorted(self.world.met.items()))
        return History(self.schedule, tuple(self.events), tuple(self.lives), self.world.said, met, self.loop.steps)

    async def play(self) -> None:
        """Live, and live again after each kill."""
        while True:
            await self._live()
            if not self.lives[-1].raised.startswith(Killed.__name__):
                return
            await asyncio.sleep(BETWEEN_LIVES)
            self.world.over.clear()

    async def _live(self) -> None:
        """One process: run to the end, whatever it is, look what is left, then let it end too."""
        self._began = self.loop.time(), len(self.events)
        journal = Journal(RUN, None, REDACTOR, clock=self.loop.time)
        journal.subscribers.append(self._disk())
        runner = self._runner(journal)
        running = self.loop.create_task(runner.run())
        disarm = self._arm(runner, running)
        await asyncio.wait([running])
        disarm()
        try:
            journal.close()
        except Unwritable:
            pass  # `running` has said so already, or the last activity is lost
        failure = asyncio.CancelledError() if running.cancelled() else running.exception()
        self.end(failure, running.result() if failure is None else None)
        self.world.over.set()
        while others := asyncio.all_tasks() - {asyncio.current_task()}:
            await asyncio.wait(others)

    def end(self, failure: BaseException | None, verdict: Verdict | None = None) -> None:
        """Write down how a life ended."""
        waiting = [one.calls for one in self.loop.pending_timers()]
        life = Life(
            began=self._began[0],
            ended=self.loop.time(),
            first=self._began[1],
            done=len(self.events),
            verdict=verdict,
            raised=f"{type(failure).__name__}: {failure}" if failure is not None else "",
            asked_to_end=self._asked_to_end,
            at_work=self.world.at_work(),
            tasks=self.world.strangers(self.loop),
            timers=tuple(name for name in waiting if name.startswith(OURS) and not name.startswith(SIMULATOR)),
            errors=tuple(self.loop.errors),
        )
        self.lives.append(life)

    def _disk(self) -> Disk:
        outside, number = self.schedule.outside, len(self.lives)
        breaks_at = outside.events[number] if number < len(outside.events) else None
        return Disk(self.events, breaks_at, Killed if outside.what == "kill" else Unwritable)

    def _runner(self, journal: Journal) -> Runner:
        schedule = self.schedule
        before = tuple(decisive(self.events))
        if before:
            journal.activity("resumed", {"events": len(self.events)})
        left = None if schedule.timeout is None else schedule.timeout - seconds_used(self.events)
        return Runner(
            task=TASK,
            start=schedule.start,
            protocol=schedule.protocol.make(schedule.settings, schedule.rule),
            rule=schedule.rule,
            participants=self._participants(),
            journal=journal,
            folders=Folders(None),
            timeout=left,
            before=before,
        )

    def _participants(self) -> dict[str, Participant]:
        characters = {one.name: one for one in self.schedule.characters}
        return {
            name: Participant(
                agent=Actor(characters[name], self.world),
                type="simulated",
                timeout=characters[name].timeout,
                stoppable=characters[name].stoppable,
            )
            for name in self.schedule.order
        }

    def _arm(self, runner: Runner, running: asyncio.Task[object]) -> Callable[[], object]:
        """Set up what happens from outside; returns what takes it back."""
        outside = self.schedule.outside

        def act() -> None:
            if not running.done():
                self._asked_to_end = self.loop.time()
                if outside.what == "cancel":
                    running.cancel()
                else:
                    runner.stop("interrupted")

        if outside.step is not None:
            self.loop.at_step(self.loop.steps + outside.step, act)
        if outside.seconds is not None:
            return self.loop.call_later(outside.seconds, act).cancel
        return lambda: None
