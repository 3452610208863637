"""The workload that every peer runs: each agent drafts, then ranks eight of the drafts; latencies from a seed."""

import asyncio
import json
from random import Random

ANSWER = "word " * 120  # 600 characters
TASK = "What is the capital of France?"


def latency(number, kind, spread):
    """What a turn takes, in seconds; `spread` is (lowest, highest), or None for no latency at all."""
    return Random(f"{number} {kind}").uniform(*spread) if spread else 0.0


async def draft(number, spread=None):
    """An answer."""
    if spread:
        await asyncio.sleep(latency(number, "draft", spread))
    return f"{number} {ANSWER}"


async def ballot(number, prompt, spread=None):
    """A ballot for the lowest numbers that the prompt shows."""
    if spread:
        await asyncio.sleep(latency(number, "vote", spread))
    shown = sorted(line.partition(" ")[0] for line in prompt.splitlines()[2:])
    return json.dumps({"reason": "the lowest number", "ranking": shown})


def question(drafts):
    """The prompt of a ballot, over eight drafts."""
    return "\n".join(["Rank these answers.", TASK, *drafts[:8]])


def winner(ballots):
    """Borda over the ballots."""
    points = {}
    for text in ballots:
        ranking = json.loads(text)["ranking"]
        for place, name in enumerate(ranking):
            points[name] = points.get(name, 0) + len(ranking) - 1 - place
    return max(points, key=lambda name: (points[name], name))
