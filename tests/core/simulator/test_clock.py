"""Virtual time: nobody waits for it, nothing jumps, and a loop that can never go on says so."""

import asyncio
import time

import pytest
from massgen_hub.testing.simulator import Deadlock, VirtualLoop


def play(main):
    loop = VirtualLoop()
    try:
        return loop.run_until_complete(main(loop))
    finally:
        loop.close()


def test_a_year_passes_at_once():
    async def main(loop):
        await asyncio.sleep(365 * 24 * 3600)
        return loop.time()

    began = time.perf_counter()
    assert play(main) == 365 * 24 * 3600
    assert time.perf_counter() - began < 5


def test_timers_go_off_in_their_order_at_their_time():
    async def main(loop):
        seen = []
        for seconds in (3, 1, 2):
            loop.call_later(seconds, lambda: seen.append(loop.time()))
        await asyncio.sleep(4)
        return seen

    assert play(main) == [1, 2, 3]


def test_a_cancelled_timer_at_the_head_is_no_place_to_jump_to():
    async def main(loop):
        async with asyncio.timeout(2):
            await asyncio.sleep(0.5)
        await asyncio.sleep(4)
        return loop.time()

    began = time.perf_counter()
    assert play(main) == 4.5
    assert time.perf_counter() - began < 1


def test_many_cancelled_timers_are_no_place_to_jump_to_either():
    async def main(loop):
        for handle in [loop.call_later(1 + number / 1000, print) for number in range(500)]:
            handle.cancel()
        await asyncio.sleep(3)
        return loop.time()

    assert play(main) == 3


def test_nothing_ready_and_no_timer_is_an_error_and_not_a_hang():
    loop = VirtualLoop()
    waiting = loop.create_task(asyncio.Event().wait())
    with pytest.raises(Deadlock, match="nothing is ready"):
        loop.run_forever()
    waiting.cancel()
    loop.run_until_complete(asyncio.wait([waiting]))
    loop.close()


def test_a_deadline_that_is_met_at_the_same_moment_is_a_time_out():
    async def main(loop):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1):
                await asyncio.sleep(2)
        return loop.time()

    assert play(main) == 1


def test_an_action_is_done_before_its_step_wherever_everybody_stands():
    async def main(loop):
        asked = asyncio.Event()
        loop.at_step(loop.steps + 3, asked.set)
        while not asked.is_set():
            await asyncio.sleep(0)
        return loop.time(), loop.steps

    assert play(main) == (0.0, 4)


def test_what_breaks_in_a_callback_is_kept():
    async def main(loop):
        loop.call_soon(lambda: 1 / 0)
        await asyncio.sleep(1)
        return loop.errors

    [error] = play(main)
    assert "ZeroDivisionError" in error


def test_another_thread_has_no_place_here():
    async def main(loop):
        with pytest.raises(RuntimeError, match="another thread"):
            loop.call_soon_threadsafe(print)

    play(main)
