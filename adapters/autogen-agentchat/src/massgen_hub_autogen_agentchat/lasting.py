"""What runs for as long as an agent is open: executors of code, and workbenches such as those of MCP servers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any
from weakref import WeakKeyDictionary

from autogen_core.code_executor import CodeExecutor
from autogen_core.tools import StaticWorkbench, Workbench

from .parts import Runner, everything

_users: WeakKeyDictionary[Any, int] = WeakKeyDictionary()


@asynccontextmanager
async def started(runner: Runner) -> AsyncIterator[None]:
    """Start what the user has not started, and stop it when the last agent that needs it is closed."""
    async with AsyncExitStack() as stack:
        for part in everything(runner):
            runs = isinstance(part, (CodeExecutor, Workbench)) and not isinstance(part, StaticWorkbench)
            if runs and (part in _users or not _has_started(part)):
                await _join(part)
                stack.push_async_callback(_leave, part)
        yield


def _has_started(part: Any) -> bool:
    return any(getattr(part, name, None) for name in ("_started", "_running", "_actor"))


async def _join(part: Any) -> None:
    _users[part] = _users.get(part, 0) + 1
    if _users[part] == 1:
        await part.start()


async def _leave(part: Any) -> None:
    _users[part] -= 1
    if not _users[part]:
        del _users[part]
        await part.stop()
