"""What a process of its own costs an agent: to start it, to take a turn there, to keep it."""

import asyncio
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from massgen_hub.agents.scripted import ScriptedOptions, scripted
from massgen_hub.contract import Setup
from massgen_hub.testing import RecordingHost, draft
from massgen_hub.worker import open_in_worker

REPEAT = 5
TOGETHER = 5
TURNS = 200
SETUP = Setup(agent="a", seed=1)
FLOOR = "import asyncio, pydantic\nclass Options(pydantic.BaseModel): pass"


def in_worker():
    """An agent of the smallest adapter there is, in a worker."""
    return open_in_worker("scripted", {}, SETUP, None)


def rows():
    """The rows of the table."""
    yield from starts()
    yield from turns()
    yield from memory()


def starts():
    """From nothing to an open agent: with nothing compiled, as ever after, and several at once."""
    floor = min(cpu_of([sys.executable, "-c", FLOOR]) for _ in range(REPEAT))
    cold = min(opened_cold() for _ in range(3))
    asyncio.run(seconds_to_open())
    warm, used = min(opened() for _ in range(REPEAT))
    yield "worker start, nothing compiled", "", f"{cold:.2f} s", f"compiled {warm:.2f} s, x{cold / warm:.1f}"
    yield (
        "CPU of a worker's start",
        "",
        f"{used:.3f} s",
        f"asyncio and pydantic alone {floor:.3f} s, x{used / floor:.1f}",
    )
    several = min(opened(TOGETHER)[0] for _ in range(REPEAT))
    yield (
        f"{TOGETHER} workers started side by side",
        f"< {TOGETHER} x one",
        f"{several:.2f} s",
        f"one {warm:.2f} s, x{several / warm:.1f} on {os.cpu_count()} cores",
    )


def cpu():
    """CPU seconds of the children that have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def cpu_of(command):
    """CPU seconds of a command."""
    before = cpu()
    subprocess.run(command, check=True)
    return cpu() - before


async def seconds_to_open(count=1):
    """Until so many agents are open."""
    began = time.perf_counter()
    agents = [in_worker() for _ in range(count)]
    await asyncio.gather(*(agent.__aenter__() for agent in agents))
    took = time.perf_counter() - began
    await asyncio.gather(*(agent.__aexit__(None, None, None) for agent in agents))
    return took


def opened(count=1):
    """Seconds until so many agents are open, and the CPU seconds of the workers until they are closed again."""
    before = cpu()
    return asyncio.run(seconds_to_open(count)), cpu() - before


def opened_cold():
    """Seconds until an agent is open whose worker finds nothing compiled."""
    with tempfile.TemporaryDirectory() as nothing:
        os.environ["PYTHONPYCACHEPREFIX"] = nothing
        try:
            return opened()[0]
        finally:
            del os.environ["PYTHONPYCACHEPREFIX"]


def turns():
    """A warm turn in a worker, beside the same turn inline."""
    there = asyncio.run(turn_in(in_worker())) * 1000
    inline = asyncio.run(turn_in(scripted.open(ScriptedOptions(), SETUP))) * 1000
    beside = f"inline {inline:.3f} ms, x{there / inline:.0f}; median of {TURNS}"
    yield "warm worker turn", "<= inline + 5 ms", f"+{there - inline:.2f} ms", beside


async def turn_in(context):
    """Seconds of a turn, once the agent is warm."""
    async with context as agent:
        times = []
        for _ in range(TURNS):
            began = time.perf_counter()
            await agent(draft(), RecordingHost())
            times.append(time.perf_counter() - began)
        return median(times)


def memory():
    """Memory of a worker whose agent has taken a turn, alone and with its shared pages divided among several."""
    resident, proportional = asyncio.run(held())
    beside = f"{proportional:.1f} MB each where {TOGETHER} share what they can"
    yield "memory, per worker", "", f"{resident:.1f} MB", beside


async def held():
    """The mean memory of several workers, in MB: resident, and proportional."""
    agents = [in_worker() for _ in range(TOGETHER)]
    opened = await asyncio.gather(*(agent.__aenter__() for agent in agents))
    sizes = [sizes_of((await agent.open()).ready.pid) for agent in opened if await agent(draft(), RecordingHost())]
    await asyncio.gather(*(agent.__aexit__(None, None, None) for agent in agents))
    return [sum(column) / TOGETHER for column in zip(*sizes, strict=True)]


def sizes_of(pid):
    """Resident and proportional memory of a process, in MB."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    sizes = {name: int(value.split()[0]) / 1024 for name, _, value in (line.partition(":") for line in lines[1:])}
    return sizes["Rss"], sizes["Pss"]
