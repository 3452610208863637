"""Run in a fresh environment that has the wheels only: an AG2 and a LangGraph agent vote with a scripted model."""

import asyncio

from massgen_hub import Hub
from massgen_hub.testing import ModelServer, call, say


def model(body):
    """Answers; votes for whatever is first where a vote is asked for."""
    if "ranking" not in str(body["messages"]):
        return say("Paris")
    labels = ["A"]
    if body.get("tools"):
        return call("vote", {"reason": "it is right", "ranking": labels})
    return say('{"reason": "it is right", "ranking": ["A"]}')


with ModelServer() as server:
    server.script("m", model)
    models = {"ours": {"model": "m", "base_url": server.base_url}}
    agents = [{"type": "ag2", "model": "ours"}, {"type": "langgraph", "model": "ours"}]
    council = {"models": models, "agents": agents, "consensus": {"gate": "off", "refine": 0}}
    verdict = asyncio.run(Hub(council).run("What is the capital of France?"))

assert verdict.decided, verdict
assert verdict.by == "vote", verdict
assert verdict.voted == 2, verdict
print(f"{verdict.authors} win with {verdict.answer!r}: {verdict.agreement}, {verdict.voted} ballots")
