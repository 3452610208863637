"""What an environment of its own costs each framework: `python benchmarks/environments.py [ADAPTER...]`.

Each environment is built anew in a folder of its own, beside uv's cache so that files can be links into it, and with
that cache warm. "Own" are the megabytes that nobody shares. A start is from nothing to an open agent, first with no
bytecode, then the best of three; a turn is a draft of a scripted model, the median of twenty, beside the same without a
process of its own; memory is what the worker and its children hold after them.
"""

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from massgen_hub.config import from_mapping
from massgen_hub.config.agents import APART, TOGETHER
from massgen_hub.contract import Setup
from massgen_hub.environments import sync
from massgen_hub.environments.store import Store
from massgen_hub.plugins import Registry
from massgen_hub.testing import ModelServer, RecordingHost, call, draft, say
from massgen_hub.worker import open_in_worker

MB = 1e6
TURNS = 20
INLINE = """
import asyncio, json, sys, tempfile, time
from statistics import median
from massgen_hub.contract import Model, Setup
from massgen_hub.testing import RecordingHost, draft
from massgen_hub.worker.opening import find_adapter

adapter, turns = find_adapter(sys.argv[1])[0], []

async def main():
    model = Model(name="m", base_url=sys.argv[2], key="none")
    setup = Setup(agent="ada", seed=1, model=model, folder=tempfile.mkdtemp())
    async with adapter.open(adapter.options(), setup) as agent:
        for _ in range(20):
            began = time.perf_counter()
            await agent(draft(), RecordingHost())
            turns.append(time.perf_counter() - began)

asyncio.run(main())
print(median(turns))
"""


def answer(body):
    """A draft, as every framework takes it: smolagents wants a tool called."""
    return call("final_answer", {"answer": "Paris"}) if body.get("tool_choice") == "required" else say("Paris")


def built(adapter, store):
    """The environment of an adapter."""
    agent = {"id": adapter, "type": adapter, "environment": {"requires": [f"massgen-hub-{adapter}"]}}
    return sync(from_mapping({"agents": [agent]}, Registry()), store=store)[adapter]


def own(folder):
    """Megabytes of the files that have one name only."""
    files = (Path(parent, name) for parent, _, names in os.walk(folder) for name in names)
    return sum(one.lstat().st_size for one in files if one.lstat().st_nlink == 1 and not one.is_symlink()) / MB


async def measured(adapter, python, server):
    """Seconds to the open agent, seconds a warm turn takes, megabytes then held."""
    with tempfile.TemporaryDirectory() as folder:
        setup = Setup(agent="ada", seed=1, model=server.model("m"), folder=folder)
        began = time.perf_counter()
        async with open_in_worker(adapter, {}, setup, None, python=str(python)) as agent:
            start = time.perf_counter() - began
            turns = []
            for _ in range(TURNS):
                began = time.perf_counter()
                await agent(draft(), RecordingHost())
                turns.append(time.perf_counter() - began)
            return start, median(turns), held(os.getpid())


def inline(adapter, python, server):
    """Seconds that a warm turn takes in the same environment without a process of its own."""
    command = [str(python), "-W", "ignore", "-c", INLINE, adapter, server.base_url]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return float(done.stdout.splitlines()[-1])


def held(parent):
    """Megabytes that the descendants of a process hold."""
    children = Path(f"/proc/{parent}/task").glob("*/children")
    pids = [pid for one in children for pid in one.read_text().split()]
    pages = sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in pids)
    return pages * os.sysconf("SC_PAGE_SIZE") / MB + sum(held(pid) for pid in pids)


def row(adapter, store, server):
    """One line of the table."""
    environment = built(adapter, store)
    unique = own(environment.folder)
    runs = [asyncio.run(measured(adapter, environment.python, server)) for _ in range(4)]
    (cold, *_), warm = runs[0], min(start for start, _, _ in runs[1:])
    turn, memory = min(turn for _, turn, _ in runs), max(memory for *_, memory in runs)
    disk = f"{len(environment.versions)} | {environment.bytes / MB:.0f} MB | {unique:.1f} MB"
    beside = min(inline(adapter, environment.python, server) for _ in range(3))
    turned = f"{turn * 1e3:.1f} ms, x{turn / beside:.2f}"
    seconds = f"{environment.seconds:.1f} s | {cold:.1f} s | {warm:.1f} s | {turned}"
    return f"| `{adapter}` | {disk} | {seconds} | {memory:.0f} MB |"


def main():
    """Print the table."""
    parent = Path.home() / ".cache"
    parent.mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="massgen-hub-benchmark-", dir=parent))
    titles = ["adapter", "distributions", "files", "own", "built in", "cold start", "warm start"]
    titles += ["warm turn, beside inline", "resident"]
    print(f"| {' | '.join(titles)} |\n|{'---|' * len(titles)}")
    os.chdir(folder)
    try:
        with ModelServer() as server:
            server.script("m", answer)
            for adapter in sys.argv[1:] or sorted((*TOGETHER, *APART)):
                print(row(adapter, Store(folder / "environments"), server), flush=True)
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
