"""The budgets of the project, measured: `python benchmarks/run.py [--install]` prints a table.

Ratios are taken within one run of this script, beside a baseline, with the record on and the bytecode compiled.
`--install` also counts what an installation of the core brings, which downloads it.
"""

import asyncio
import math
import os
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

import workers
from stage import bare, electorate, one_run, resident, runner, seeded_latency

REPEAT = 7
ROOT = Path(__file__).parents[1]


def several(count):
    """`1,000 agents`."""
    return f"{count:,} agents"


def best(measure):
    """The least of several repetitions."""
    return min(measure() for _ in range(REPEAT))


def cpu_per_turn():
    """CPU per agent turn for zero-latency agents, beside bare asyncio with a log."""
    costs = {}
    with tempfile.TemporaryDirectory() as folder:
        for count in (2, 8, 64, 256, 1000):
            costs[count] = best(lambda count=count: one_run(count)[0])
            floor = best(lambda count=count: bare(count, Path(folder) / "log"))
            per_turn, per_bare = costs[count] / count * 500, floor / count * 500
            yield (
                f"CPU per agent turn, {several(count)}",
                "<= 0.10 ms" if count in (8, 64) else "",
                f"{per_turn:.3f} ms",
                f"bare {per_bare:.3f} ms, x{per_turn / per_bare:.1f}",
            )
    exponent = math.log(costs[1000] / costs[8]) / math.log(1000 / 8)
    yield (
        "growth of total CPU, 8 to 1,000 agents",
        "exponent <= 1.0",
        f"{exponent:.2f}",
        f"1,000 agents: {costs[1000]:.2f} s",
    )


def calls_and_time():
    """Calls to a verdict, and the time it takes beside the slowest draft and the slowest ballot."""
    for count in (8, 64):
        latency = seeded_latency(0.05, 0.15)
        made, journal = runner(count, None, latency=latency)
        began = time.perf_counter()
        verdict = asyncio.run(made.run())
        took = time.perf_counter() - began
        journal.close()
        ideal = sum(max(latency(i, kind) for i in range(count)) for kind in ("draft", "vote"))
        yield (
            f"calls of a run, {several(count)}",
            "<= 2N",
            f"{verdict.turns} = {verdict.turns / count / 2:.2f} x 2N",
            f"{verdict.voted} ballots counted",
        )
        yield (
            f"time / slowest draft + slowest ballot, {several(count)}",
            "<= 1.03",
            f"{took / ideal:.3f}",
            "ideal: the slowest draft, then the slowest ballot",
        )


def stall():
    """The longest time for which the event loop did nothing else, beside 64 agents."""

    async def watched():
        longest, made = 0.0, runner(64, None, latency=seeded_latency(0.05, 0.15))[0]
        task = asyncio.create_task(made.run())
        while not task.done():
            before = time.perf_counter()
            await asyncio.sleep(0.001)
            longest = max(longest, time.perf_counter() - before - 0.001)
        return longest

    yield (
        "longest stall of the event loop, 64 agents",
        "<= 5 ms",
        f"{best(lambda: asyncio.run(watched())) * 1000:.1f} ms",
        "best of 7",
    )


def prompts():
    """The fixed part of each prompt."""
    from massgen_hub.consensus import BORDA
    from massgen_hub.contract import Shown, Task
    from massgen_hub.dialogue import render

    shown = [Shown(label=label, text="") for label in "ABCDEFGH"]
    sizes = {
        kind: len(
            render(
                kind,
                Task(text=""),
                shown=[] if kind == "draft" else shown,
                bodies=[""] * (0 if kind == "draft" else 8),
                need=BORDA.needs,
                seed=1,
            )
        )
        for kind in ("draft", "decide", "vote", "present")
    }
    yield (
        "fixed prompt per turn, 8 candidates",
        "<= 1,500 characters",
        str(max(sizes.values())),
        ", ".join(f"{k} {v}" for k, v in sizes.items()),
    )


def memory():
    """Resident memory: the base, what an agent adds, and whether many runs stay flat."""
    probe = "import sys; sys.path.insert(0, 'benchmarks'); from stage import *; one_run(2); print(resident())"
    base = float(
        subprocess.run([sys.executable, "-c", probe], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    )
    yield "memory, base", "<= 40 MB", f"{base:.1f} MB", "core and runner, no framework"
    probe = probe.replace("print(resident())", "a = resident(); one_run(1000); print((resident() - a) * 1024 / 1000)")
    each = float(
        subprocess.run([sys.executable, "-c", probe], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    )
    yield "memory, per agent", "<= 50 KB", f"{each:.1f} KB", "1,000 agents inline"
    for _ in range(500):
        one_run(3)
    sizes = [resident()]
    for _ in range(10):
        for _ in range(1000):
            one_run(3)
        sizes.append(resident())
    halves = f"first 5,000 {sizes[5] - sizes[0]:+.1f} MB, last 5,000 {sizes[10] - sizes[5]:+.1f} MB"
    yield "memory, 10,000 more runs in one process", "flat", f"{sizes[10] - sizes[0]:+.1f} MB", halves


def start_up():
    """The command line and the package, from a cold process."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}

    def wall(*arguments):
        def once():
            began = time.perf_counter()
            subprocess.run([sys.executable, *arguments], capture_output=True, check=True, env=environment, cwd=ROOT)
            return time.perf_counter() - began

        once()
        return best(once)

    floor = wall("-c", "pass")
    for name, reach, arguments in (
        ("--help", "<= 0.12 s", ("-m", "massgen_hub", "--help")),
        ("--version", "<= 0.12 s", ("-m", "massgen_hub", "--version")),
        ("import massgen_hub", "<= 0.10 s", ("-c", "import massgen_hub")),
        ("import massgen_hub.hub", "", ("-c", "from massgen_hub import Hub")),
    ):
        yield name, reach, f"{wall(*arguments):.3f} s", f"bare interpreter {floor:.3f} s"


def tallies():
    """A tally of 1,000 ballots over 50 candidates, by each rule, and how its time grows with the ballots."""
    from massgen_hub.consensus.rules import RULES

    small, large = electorate(1000, 50), electorate(4000, 50)
    for rule in RULES:
        one, four = (best(partial(seconds, partial(rule.count, *votes))) for votes in (small, large))
        exponent = math.log(four / one) / math.log(4)
        yield (
            f"tally of 1,000 ballots, 50 candidates, {rule.name}",
            "milliseconds",
            f"{one * 1000:.1f} ms",
            f"4,000 ballots {four * 1000:.0f} ms, exponent {exponent:.2f}",
        )


def seconds(work):
    """How long it takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def early_stops():
    """CPU a turn where replies come one by one, so that it is looked after each whether it is enough."""
    for count in (64, 1000):
        cost = min(one_run(count, latency=seeded_latency(0.05, 0.5))[0] for _ in range(3))
        yield f"CPU per agent turn, replies spread, {several(count)}", "", f"{cost / count * 500:.3f} ms", "best of 3"


def install():
    """What an installation of the core brings."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["uv", "venv", "-q", f"{folder}/venv"], check=True)
        subprocess.run(
            [
                "uv",
                "pip",
                "install",
                "-q",
                "--python",
                f"{folder}/venv/bin/python",
                "--link-mode=copy",
                str(ROOT / "core"),
            ],
            check=True,
        )
        site = next(Path(folder, "venv", "lib").glob("python*/site-packages"))
        size = sum(path.stat().st_size for path in site.rglob("*") if path.is_file() and path.suffix != ".pyc") / 2**20
        count = len(list(site.glob("*.dist-info")))
    yield "distributions of the core", "<= 22", str(count), ""
    yield "on disk", "<= 25 MB", f"{size:.1f} MB", "without bytecode"


def main():
    parts = [cpu_per_turn, calls_and_time, early_stops, stall, tallies, prompts, memory, start_up, workers.rows]
    if "--install" in sys.argv:
        parts.append(install)
    print("| what | reach | here | beside |\n|---|---|---|---|")
    for part in parts:
        for row in part():
            print(f"| {' | '.join(row)} |", flush=True)


if __name__ == "__main__":
    main()
