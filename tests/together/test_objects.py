"""Objects of four frameworks, made in code and given as they are, vote in one round of one process."""

import asyncio
import json
import re

import ag2
import autogen
import smolagents
from ag2.config import OpenAIConfig
from langchain.agents import create_agent
from langchain_openai import ChatOpenAI
from massgen_hub import Hub
from massgen_hub.testing import ModelServer, call, content_text, say


def model(body):
    """Answers with its own name; ranks everything it is shown, natively where tools are offered."""
    prompt = "\n".join(content_text(message.get("content")) for message in body["messages"])
    tool = body["tools"][0]["function"]["name"] if body.get("tools") else None
    if "Reply with JSON only" not in prompt:
        answer = f"Paris, says {body['model']}"
        return call("final_answer", {"answer": answer}) if tool == "final_answer" else say(answer)
    ballot = {"reason": "It is right.", "ranking": re.findall(r"~[0-9a-f]{8} ([A-Z]+)\n", prompt)}
    return call(tool, ballot) if tool else say(json.dumps(ballot))


def objects(address):
    """One agent of each framework, as its users make them."""
    where = {"base_url": address, "api_key": "k"}
    entry = {"model": "classic", "price": [0, 0], **where}
    return [
        create_agent(ChatOpenAI(model="graph", **where), tools=[]),
        autogen.AssistantAgent("classic", llm_config=autogen.LLMConfig(entry)),
        ag2.Agent("modern", config=OpenAIConfig(model="modern", **where)),
        smolagents.ToolCallingAgent(
            tools=[], model=smolagents.OpenAIModel(model_id="smol", api_base=address, api_key="k")
        ),
    ]


def test_objects_of_four_frameworks_vote_in_the_same_round(capfd):
    seen = []
    with ModelServer() as server:
        for name in ("graph", "classic", "modern", "smol"):
            server.script(name, model)
        agents = objects(server.base_url)
        settings = {"consensus": {"gate": "off", "refine": 0}}
        verdict = asyncio.run(Hub(settings, agents=agents, runs=None).run("Capital of France?", watch=seen.append))
    assert (verdict.voted, verdict.decided, verdict.absent) == (4, True, ())
    voted = {(e.data["agent"], e.data["round"]) for e in seen if e.type == "replied" and e.data["round"] == 2}
    assert voted == {("langgraph", 2), ("ag2-1", 2), ("ag2-2", 2), ("smolagents", 2)}
    assert capfd.readouterr() == ("", "")
