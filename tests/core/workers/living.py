"""Which processes live, and how to wait until they do not."""

import asyncio
import time
from pathlib import Path

import pytest
from massgen_hub.testing import draft


async def pid_of(agent, host):
    return (await agent(draft("describes"), host)).data["pid"]


def gone(pid):
    """Whether a process has ended; a zombie has."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


async def until(condition):
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.002)


async def until_gone(pid):
    await until(lambda: gone(pid))


async def cancelled(agent, prompt, host):
    """Start a turn, cancel it once the agent has spoken, and say how long that took to end it."""
    turn = asyncio.create_task(agent(draft(prompt), host))
    await host.spoken.wait()
    turn.cancel()
    began = time.perf_counter()
    with pytest.raises(asyncio.CancelledError):
        await turn
    return time.perf_counter() - began


before = set()
"""The processes that this one had started when the test began: other tests may share it."""


def children():
    """The processes that this test has started, but for the one that Python may keep for `multiprocessing`."""
    found = {pid for task in Path("/proc/self/task").iterdir() for pid in _started_by(task)}
    return {pid for pid in found - before if b"resource_tracker" not in command_of(pid)}


def _started_by(task):
    """The processes of a thread; none where it has ended meanwhile."""
    try:
        return (task / "children").read_text().split()
    except OSError:
        return []


def command_of(pid):
    """The words of a process's command; empty where it is gone."""
    try:
        return Path("/proc", pid, "cmdline").read_bytes()
    except OSError:
        return b""
