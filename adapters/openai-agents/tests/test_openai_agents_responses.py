"""The Responses API, and the tools that only OpenAI's own server has."""

from __future__ import annotations

import openai_agents_users as users
import pytest
from agents import Agent, OpenAIResponsesModel, WebSearchTool
from massgen_hub.contract import Model, Reply, Setup, Usage
from massgen_hub.errors import ConfigError
from massgen_hub.testing import RecordingHost, call, draft, run, say, vote
from massgen_hub_openai_agents import ADAPTER
from openai import AsyncOpenAI
from pydantic import ValidationError

BALLOT = {"reason": "It is the capital.", "ranking": ["A", "B"]}
HOSTED = [
    {"type": "web_search", "search_context_size": "low"},
    {"type": "file_search", "vector_store_ids": ["vs_1"]},
    {"type": "code_interpreter", "container": {"type": "auto"}},
    {"type": "image_generation", "quality": "low"},
]


def answered(address, turn, host=None, target=None, **options):
    async def taken():
        model = Model(name="m", base_url=address, key="k")
        setup = Setup(agent="ada", seed=1, model=model, target=target)
        async with ADAPTER.open(ADAPTER.options(**options), setup) as agent:
            return await agent(turn, host or RecordingHost())

    return run(taken(), loop="one")


def test_a_draft_is_streamed_and_counted(server):
    server.script("m", [say("It is Paris.")])
    host = RecordingHost()
    answered(server.base_url, draft(), host, api="responses", temperature=0.5, max_tokens=9)
    assert host.said == [(0, "It "), (0, "is "), (0, "Paris.")]
    assert host.spent == [Usage(input=101, output=11, cached=1, calls=1, model="m")]
    request = server.requests[0]
    assert request.path == "/v1/responses"
    assert (request.body["temperature"], request.body["max_output_tokens"]) == (0.5, 9)


def test_a_vote_is_cast_with_the_tool(server):
    server.script("m", [call("vote", BALLOT)])
    assert answered(server.base_url, vote(), api="responses") == Reply(data=BALLOT)
    assert server.requests[0].body["tool_choice"] == "required"


def test_defaults_for_a_model_that_is_not_asked_are_left_out(server):
    answered(server.base_url, draft(), target=Agent(name="a", model="gpt-5"), api="responses")
    assert "reasoning" not in server.requests[0].body
    assert "verbosity" not in server.requests[0].body.get("text", {})


def test_hosted_tools_are_offered_to_openais_own_server(server, monkeypatch):
    monkeypatch.setenv("OPENAI_BASE_URL", server.base_url)  # stands for OpenAI's own
    answered("", draft(), api="responses", hosted_tools=HOSTED)
    offered = server.requests[0].body["tools"]
    assert [tool["type"] for tool in offered] == [tool["type"] for tool in HOSTED]
    assert all(tool.items() >= asked.items() for tool, asked in zip(offered, HOSTED, strict=True))


@pytest.mark.parametrize("tool", HOSTED, ids=lambda tool: tool["type"])
def test_a_hosted_tool_is_refused_where_the_model_is_elsewhere(server, tool):
    with pytest.raises(ConfigError, match="OpenAI runs it, and the model is at 127.0.0.1"):
        answered(server.base_url, draft(), api="responses", hosted_tools=[tool])


def test_a_hosted_tool_needs_the_responses_api():
    with pytest.raises(ValidationError, match="`hosted_tools` need `api: responses`"):
        ADAPTER.options(hosted_tools=HOSTED)


def test_a_hosted_tool_with_a_wrong_setting_is_refused():
    with pytest.raises(ConfigError, match="the SDK refuses the hosted tool `web_search`.*colour"):
        answered("", draft(), api="responses", hosted_tools=[{"type": "web_search", "colour": "red"}])


@pytest.mark.parametrize("target", [users.searching, users.passing_to_search], ids=["its own", "after a handoff"])
def test_a_hosted_tool_of_the_users_agent_is_refused_with_chat_completions(target):
    with pytest.raises(ConfigError, match="the tool `web_search` of the agent `searching`.*has functions only"):
        answered("https://api.openai.com/v1", draft(), target=target)


def test_a_hosted_tool_of_an_agent_with_a_model_of_its_own_is_refused_with_chat_completions(server):
    with pytest.raises(ConfigError, match="its model speaks Chat Completions, which has functions only"):
        answered(server.base_url, draft(), target=users.own_searching)


def test_a_hosted_tool_of_an_agent_with_a_responses_model_of_its_own_is_the_users(server):
    model = OpenAIResponsesModel("theirs", AsyncOpenAI(base_url=server.base_url, api_key="k"))
    answered(server.base_url, draft(), target=Agent(name="a", model=model, tools=[WebSearchTool()]))
    assert server.requests[0].body["tools"][0]["type"] == "web_search"
