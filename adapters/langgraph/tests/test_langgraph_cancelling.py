"""Cancelling a run for good."""

from __future__ import annotations

import asyncio

import pytest
from massgen_hub_langgraph.cancelling import stoppable


async def deaf_once(started, ended):
    """Loses the first cancellation, as `asyncio.wait_for` of Python 3.11 may."""
    started.set()
    try:
        await asyncio.Event().wait()
    except asyncio.CancelledError:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()


async def cancelled(work, tasks, started):
    turn = asyncio.create_task(stoppable(work, tasks))
    await started.wait()
    turn.cancel()
    with pytest.raises(asyncio.CancelledError):
        await turn


def test_work_that_loses_a_cancellation_is_cancelled_again():
    async def scene():
        started, ended = asyncio.Event(), asyncio.Event()
        await cancelled(deaf_once(started, ended), [], started)
        return ended.is_set()

    assert asyncio.run(scene())


def test_a_task_that_the_work_leaves_behind_is_cancelled_too():
    async def scene():
        started, ended = asyncio.Event(), asyncio.Event()
        inner = asyncio.create_task(deaf_once(started, ended))
        await cancelled(asyncio.wait([inner]), [inner], started)
        return ended.is_set()

    assert asyncio.run(scene())


def test_work_that_ends_gives_its_result():
    assert asyncio.run(stoppable(asyncio.sleep(0, "done"), [])) == "done"
