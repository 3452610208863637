"""Nothing but `asyncio.gather`, and a flushed log line for each reply."""

import asyncio
import json
import tempfile

from workload import TASK, ballot, draft, question, winner


def prepare(count):
    """Nothing is made beforehand."""


async def run(count, spread=None):
    """Two rounds and a count."""
    with tempfile.TemporaryFile("w") as log:
        drafts = await _round(log, [draft(number, spread) for number in range(count)])
        prompt = question(drafts)
        return winner(await _round(log, [ballot(number, prompt, spread) for number in range(count)]))


async def _round(log, turns):
    replies = await asyncio.gather(*turns)
    for number, text in enumerate(replies):
        log.write(json.dumps({"task": TASK, "agent": number, "text": text}) + "\n")
        log.flush()
    return replies
