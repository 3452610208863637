"""The workload of the benchmarks: scripted agents behind the real runner with the record on, and a bare baseline."""

import asyncio
import json
import resource
import tempfile
import time
from pathlib import Path
from random import Random

from massgen_hub.codec import to_json
from massgen_hub.consensus import BORDA, ROUNDS, RunStarted, Settings, Vote
from massgen_hub.contract import Task
from massgen_hub.record import Journal, Redactor
from massgen_hub.runner import Folders, Participant, Runner

ANSWER = "word " * 120  # 600 characters


def scripted(number, latency=None):
    """An agent that answers, then ranks what it is shown; `latency(number, kind)` is what a turn takes, in seconds."""

    async def agent(turn, host):
        if latency is not None:
            await asyncio.sleep(latency(number, turn.kind))
        if turn.kind == "draft":
            return f"{number} {ANSWER}"
        ordered = sorted(turn.shown, key=lambda one: int(one.text.partition(" ")[0]))
        return to_json({"reason": "the lowest number", "ranking": [one.label for one in ordered]})

    return agent


def runner(count, folder, *, show=8, latency=None):
    """A run of `count` agents, its record in `folder` (None: in memory only)."""
    settings = Settings(refine=0, show=show)
    journal = Journal("run", folder, Redactor())
    agents = {f"agent{i}": scripted(i, latency) for i in range(count)}
    start = RunStarted(run="run", task="?", agents=dict.fromkeys(agents, "scripted"), seed=1, settings=settings)
    made = Runner(
        task=Task(text="What is the capital of France?"),
        start=start,
        protocol=ROUNDS.make(settings, BORDA),
        rule=BORDA,
        participants={name: Participant(agent=one, type="scripted", timeout=300) for name, one in agents.items()},
        journal=journal,
        folders=Folders(None),
    )
    return made, journal


def one_run(count, **options):
    """CPU seconds of the process for one run, and its verdict."""
    with tempfile.TemporaryDirectory() as folder:
        made, journal = runner(count, Path(folder) / "run", **options)
        began = time.process_time()
        verdict = asyncio.run(made.run())
        journal.close()
        return time.process_time() - began, verdict


def bare(count, path):
    """CPU seconds of the same two rounds with `asyncio.gather`, prompts, JSON and a flushed log line each; no more."""

    async def agent(number, prompt):
        return f"{number} {ANSWER}" if prompt.count("\n") < 3 else json.dumps({"ranking": [0, 1], "reason": "so"})

    async def both_rounds(log):
        for shown in ([], [f"{i} {ANSWER}" for i in range(8)]):
            prompts = ["\n".join(["Task", "What is the capital of France?", *shown])] * count
            for number, text in enumerate(await asyncio.gather(*(agent(i, p) for i, p in enumerate(prompts)))):
                log.write(json.dumps({"agent": number, "text": text}) + "\n")
                log.flush()

    with path.open("w") as log:
        began = time.process_time()
        asyncio.run(both_rounds(log))
        return time.process_time() - began


def electorate(ballots, candidates):
    """Random full ballots of every kind, and the candidates."""
    random = Random(1)
    names = [f"c{number:02}" for number in range(candidates)]
    rankings = [tuple(random.sample(names, candidates)) for _ in range(ballots)]
    votes = [
        Vote(
            voter=f"v{number}",
            shown=tuple(names),
            ranking=ranking,
            approved=ranking[: candidates // 2],
            scores={name: random.randint(0, 10) for name in names},
        )
        for number, ranking in enumerate(rankings)
    ]
    return votes, names


def seeded_latency(low, high):
    """The same latency for the same agent and kind of turn in every run."""
    return lambda number, kind: Random(f"{number} {kind}").uniform(low, high)


def resident():
    """Resident memory now, in MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20
