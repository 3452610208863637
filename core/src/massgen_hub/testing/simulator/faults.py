"""How a turn goes wrong. Every fault is a coroutine from the scene of a turn to what the agent returns, if it does.

These hang, crash, come late or report too much; what agents say that they should not is in `sayings`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from types import MappingProxyType, SimpleNamespace

from ...contract import Activity, Question, Reply, Usage
from ...errors import TurnError, WorkerDied
from .sayings import SAYINGS, plain, text_of
from .world import Fault, Scene, named

FOR_EVER = 10.0**9


class TooManyRequests(Exception):  # noqa: N818 - frameworks name theirs so
    """As clients raise it: with a status, and a response that says when to come back."""

    status_code = 429
    response = SimpleNamespace(status_code=429, headers={"retry-after": "7"})


class Panic(BaseException):
    """What native code raises when it gives up: no `Exception`."""


async def nothing(scene: Scene) -> Reply | str:
    """No fault: think, now and then stream and report, answer."""
    await scene.think()
    reply = plain(scene)
    if scene.rng.random() < 0.2:
        scene.stream(text_of(reply))
        scene.host.note(Activity(kind="info", text="done"))
        scene.host.spend(Usage(input=10, output=len(text_of(reply))))
    return reply


async def hang(_scene: Scene) -> None:
    """Never comes back; can be cancelled."""
    await asyncio.get_running_loop().create_future()


async def hang_stubbornly(scene: Scene) -> None:
    """Never comes back and swallows every cancellation."""
    await scene.insist(FOR_EVER)


async def late(scene: Scene) -> Reply | str:
    """Answers when nobody waits any more, whatever it is told meanwhile."""
    await scene.insist(scene.turn.seconds_left or 0.0)
    await scene.insist(scene.rng.random())
    reply = plain(scene)
    scene.stream(text_of(reply))
    return reply


async def swallow_cancellation(scene: Scene) -> Reply | str:
    """Works to the end of its thought, cancelled or not."""
    await scene.insist(scene.rng.expovariate(0.1))
    return plain(scene)


async def crash_before(_scene: Scene) -> None:
    """Raises before it says anything."""
    raise ValueError("out of luck")


async def crash_after(scene: Scene) -> None:
    """Says all of its answer, then raises."""
    await scene.think()
    scene.stream(text_of(plain(scene)), pieces=1)
    raise RuntimeError("broken at the very end")


async def die(scene: Scene) -> None:
    """Its process ends."""
    await scene.think()
    raise WorkerDied("the worker ended with status -9")


async def panic(scene: Scene) -> None:
    """Raises what is no `Exception`."""
    await scene.think()
    raise Panic("called `unwrap()` on a `None` value")


async def leave(scene: Scene) -> None:
    """Calls `sys.exit`."""
    await scene.think()
    raise SystemExit(1)


async def cancel_itself(_scene: Scene) -> None:
    """Cancels the task that it runs in."""
    task = asyncio.current_task()
    assert task is not None
    task.cancel()
    await asyncio.sleep(1)


async def raise_group(scene: Scene) -> None:
    """Raises several exceptions at once."""
    await scene.think()
    raise ExceptionGroup("two", [ValueError("one"), ConnectionError("other")])


async def too_many_requests(scene: Scene) -> Reply | str:
    """Is turned away by its model at the first attempt."""
    if scene.turn.attempt == 1:
        raise TooManyRequests("slow down")
    return await nothing(scene)


async def always_busy(scene: Scene) -> None:
    """Is turned away for good."""
    await scene.think()
    raise TurnError("the model is overloaded", transient=True)


async def reset_in_mid_stream(scene: Scene) -> None:
    """Loses its connection after half of its answer."""
    text = text_of(plain(scene))
    scene.stream(text[: len(text) // 2], pieces=1)
    await asyncio.sleep(0.2)
    raise ConnectionResetError("connection reset by peer")


async def drip(scene: Scene) -> Reply | str:
    """Says its answer letter by letter."""
    reply = plain(scene)
    for letter in text_of(reply)[:12]:
        scene.host.say(letter)
        await asyncio.sleep(0.11)
    return reply


async def go_on_reporting(scene: Scene) -> Reply | str:
    """Answers, and goes on saying, reporting and asking after it has landed."""
    reply = plain(scene)
    scene.world.spawn(_echo(scene, text_of(reply)))
    return reply


async def _echo(scene: Scene, text: str) -> None:
    for _ in range(3):
        await asyncio.sleep(0.7)
        scene.host.say(text[:1000])
        scene.host.note(Activity(kind="call", name="again"))
        scene.host.spend(Usage(output=1))
        try:
            await scene.host.ask(Question(text="Did you hear me?"))
        except TurnError:
            continue


async def ask_a_person(scene: Scene) -> Reply:
    """Wants to know something from a person."""
    return Reply(text=await scene.host.ask(Question(text="May I?", choices=("yes", "no"))))


FAULTS: Mapping[str, Fault] = MappingProxyType(
    {**SAYINGS}
    | named(
        hang, hang_stubbornly, late, swallow_cancellation, crash_before, crash_after, die, panic, leave, cancel_itself,
        raise_group, too_many_requests, always_busy, reset_in_mid_stream, drip, go_on_reporting, ask_a_person,
    )
)  # fmt: skip
"""Every fault by name."""
