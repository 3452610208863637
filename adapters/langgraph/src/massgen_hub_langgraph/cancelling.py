"""Cancelling a run for good."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable
from typing import Any, TypeVar

T = TypeVar("T")

AGAIN_AFTER = 0.1
"""Seconds in which a task that was cancelled may clean up."""
TRIES = 20


async def stoppable(work: Coroutine[Any, Any, T], tasks: Iterable[asyncio.Task[Any]]) -> T:
    """Wait for the work; when the wait is cancelled, so are the work and the tasks that it started, until they end.

    Once is not enough: `asyncio.wait_for` of Python 3.11 loses a cancellation that comes together with a result, as
    with a piece of a model's reply, and LangGraph then waits for the rest of the reply.
    """
    run = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(run)
    except asyncio.CancelledError:
        for _ in range(TRIES):
            pending = [task for task in (run, *tasks) if not task.done()]
            for task in pending:
                task.cancel()
            if not pending:
                break
            await asyncio.wait(pending, timeout=AGAIN_AFTER)
        raise
