"""massgen-hub: its runner, with the record on disk, blind labels, balanced order, parsed ballots, a verdict."""

import asyncio
import tempfile
from pathlib import Path

from massgen_hub.codec import to_json
from massgen_hub.consensus import BORDA, ROUNDS, RunStarted, Settings
from massgen_hub.contract import Task
from massgen_hub.record import Journal, Redactor
from massgen_hub.runner import Folders, Participant, Runner
from workload import TASK, draft, latency


def agent(number, spread):
    """The same drafts and the same preferences as everywhere, in the hub's labels."""

    async def take(turn, host):
        if turn.kind == "draft":
            return await draft(number, spread)
        if spread:
            await asyncio.sleep(latency(number, "vote", spread))
        ordered = sorted(turn.shown, key=lambda one: one.text.partition(" ")[0])
        return to_json({"reason": "the lowest number", "ranking": [one.label for one in ordered]})

    return take


async def run(count, spread=None):
    """One run."""
    settings = Settings(refine=0, show=8)
    agents = {f"agent{number}": agent(number, spread) for number in range(count)}
    start = RunStarted(run="run", task=TASK, agents=dict.fromkeys(agents, "x"), seed=1, settings=settings)
    with tempfile.TemporaryDirectory() as folder:
        journal = Journal("run", Path(folder) / "run", Redactor())
        runner = Runner(
            task=Task(text=TASK),
            start=start,
            protocol=ROUNDS.make(settings, BORDA),
            rule=BORDA,
            participants={name: Participant(agent=one, type="x", timeout=300) for name, one in agents.items()},
            journal=journal,
            folders=Folders(None),
        )
        verdict = await runner.run()
        journal.close()
    return verdict.answer.partition(" ")[0]
