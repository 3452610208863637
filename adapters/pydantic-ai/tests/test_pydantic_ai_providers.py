"""How the entry's model is spoken to, and the tools that its provider runs."""

from __future__ import annotations

import sys

import pytest
from massgen_hub.contract import Model, Reply
from massgen_hub.errors import ConfigError
from massgen_hub.testing import call, draft, run, say, vote
from massgen_hub_pydantic_ai import ADAPTER
from massgen_hub_pydantic_ai.models import hosted, provided
from massgen_hub_pydantic_ai.options import HostedTool
from pydantic_ai.models.anthropic import AnthropicModel

BALLOT = {"reason": "It is the capital.", "ranking": ["A", "B"]}
REMOTE = Model(name="claude-sonnet-4-5", base_url="https://api.example.org/v1", key="secret")


async def opened(provider, place, see):
    async with provided(provider, place) as model:
        return see(model)


def test_openai_is_the_responses_api_where_the_hub_says(server, take):
    server.script("m", [say("Paris."), call("vote", BALLOT)])
    assert take(draft(), vote(), provider="openai") == Reply(data=BALLOT)
    assert {request.path for request in server.requests} == {"/v1/responses"}


def test_a_provider_that_speaks_as_openai_does_is_asked_where_the_hub_says(server, take):
    assert take(draft(prompt="Hello"), provider="deepseek").text == "Hello"
    assert server.requests[0].authorization == "Bearer test-key"


def test_another_provider_is_a_class_of_its_own_with_the_hubs_key():
    kind, key = run(opened("anthropic", REMOTE, lambda model: (type(model), model.client.api_key)))
    assert (kind, key) == (AnthropicModel, "secret")


def test_another_provider_is_refused_behind_the_gateway(take):
    with pytest.raises(ConfigError, match="`provider: anthropic` cannot speak to http://127.0.0.1"):
        take(draft(), provider="anthropic")


def test_a_provider_that_is_not_installed_says_how_to_install_it(take, monkeypatch):
    monkeypatch.setitem(sys.modules, "groq", None)
    with pytest.raises(ConfigError, match=r'pip install "pydantic-ai-slim\[groq\]"'):
        take(draft(), provider="groq")


def test_an_unknown_provider_is_refused_by_its_name(take):
    with pytest.raises(ConfigError, match="Pydantic AI knows no provider `parrot`"):
        take(draft(), provider="parrot")


def test_a_hosted_tool_goes_to_the_provider_with_its_settings(server, take):
    take(draft(), provider="openai", model="gpt-5", hosted_tools=[{"type": "web_search", "search_context_size": "low"}])
    (search,) = server.requests[0].body["tools"]
    assert (search["type"], search["search_context_size"]) == ("web_search", "low")


def test_a_hosted_tool_of_another_provider_is_checked_too():
    tools = [HostedTool(type="web_search")]
    assert [tool.kind for tool in run(opened("anthropic", REMOTE, lambda model: hosted(tools, model)))] == [
        "web_search"
    ]


def test_a_hosted_tool_that_the_provider_has_not_is_refused(take):
    with pytest.raises(ConfigError, match="`openai:m` does not run the hosted tool `web_search`"):
        take(draft(), hosted_tools=[{"type": "web_search"}])


@pytest.mark.parametrize("tool", [{"type": "crystal_ball"}, {"type": "web_search", "max_uses": "many"}])
def test_a_hosted_tool_that_there_is_not_is_refused_by_its_name(take, tool):
    with pytest.raises(ConfigError, match=f"Pydantic AI refuses the hosted tool `{tool['type']}`"):
        take(draft(), provider="openai", hosted_tools=[tool])


def test_tools_of_all_kinds_are_declared():
    assert not ADAPTER.traits(ADAPTER.options()).tools
    assert ADAPTER.traits(ADAPTER.options(hosted_tools=[{"type": "web_search"}])).tools
