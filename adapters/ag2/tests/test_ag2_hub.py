"""Groups and pairs given to the hub as they are, in code, each with one vote."""

import asyncio
import json
import re
from typing import Any

from ag2_users import agent, manager, proxy
from autogen.agentchat.group.patterns import RoundRobinPattern
from massgen_hub import Hub
from massgen_hub.testing import call, content_text, say


def model(body: Any) -> Any:
    """Says its own name; ranks everything that it is shown."""
    prompt = "\n".join(content_text(message.get("content")) for message in body["messages"])
    if "Reply with JSON only" not in prompt:
        return say(f"Paris, says {body['model']}.")
    labels = re.findall(r"~[0-9a-f]{8} ([A-Z]+)\n", prompt)
    return call("vote", {"reason": "It is right.", "ranking": labels})


def test_groups_and_pairs_are_one_voter_each(server, capfd) -> None:
    names = ("one", "two", "three", "four", "five")
    for name in names:
        server.script(name, model)
    one, two, three, four, five = (agent(server, name) for name in names)
    agents = [
        manager(server, [one, two]),
        {"agent": RoundRobinPattern(initial_agent=three, agents=[three, four]), "max_rounds": 3},
        {"type": "ag2", "agent": lambda: (proxy(default_auto_reply=None), five)},
    ]
    settings = {"consensus": {"gate": "off", "refine": 0}}
    seen: list[Any] = []
    verdict = asyncio.run(Hub(settings, agents=agents, runs=None).run("Capital of France?", watch=seen.append))
    assert (verdict.voted, verdict.decided, verdict.absent) == (3, True, ())
    answers = {json.dumps(e.data["text"]) for e in seen if e.type == "replied" and e.data["round"] == 1}
    assert answers == {'"Paris, says two."', '"Paris, says four."', '"Paris, says five."'}
    voters = [r.body["model"] for r in server.requests if r.body.get("tool_choice") == "required"]
    assert sorted(voters) == ["five", "one", "three"]
    assert tuple(capfd.readouterr()) == ("", "")
