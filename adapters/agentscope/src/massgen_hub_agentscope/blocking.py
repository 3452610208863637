"""Functions that would stop the event loop, and with it all other agents."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable
from functools import partial, wraps
from typing import Any

from massgen_hub.kit import in_thread


def awaits(function: Callable[..., Any]) -> bool:
    """Whether a function lets others go on while it runs, or in between."""
    kinds = (inspect.iscoroutinefunction, inspect.isasyncgenfunction, inspect.isgeneratorfunction)
    return any(kind(function) for kind in kinds)


def in_a_thread(function: Callable[..., Any], name: str) -> Callable[..., Any]:
    """The function, to be awaited. It never runs twice at once, as it would not without the hub."""
    one_by_one = asyncio.Lock()

    @wraps(function, updated=())
    async def call(**arguments: Any) -> Any:
        async with one_by_one:
            result = await in_thread(partial(function, **arguments), name)
        return await result if inspect.isawaitable(result) else result

    return call
