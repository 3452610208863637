"""Agents made from options."""

from __future__ import annotations

import pytest
from massgen_hub.errors import ConfigError, TurnError
from massgen_hub.testing import MCP_SERVER, RecordingHost, call, draft, say

USERS = "google_adk_users"
ADD = f"{USERS}:add"
DESK = {"name": "desk", "command": MCP_SERVER[0], "args": list(MCP_SERVER[1:])}


def results(request):
    return [message["content"] for message in request.body["messages"] if message["role"] == "tool"]


def test_the_system_message_is_said_as_it_is(server, take):
    take(draft(), system_message="Answer in {braces}.")
    assert "Answer in {braces}." in server.requests[0].body["messages"][0]["content"]


def test_sampling_is_sent_with_every_call(server, take):
    server.script("m", [call("add", {"x": 1, "y": 2}), say("3")])
    take(draft(), tools=[ADD], temperature=0.5, max_tokens=7)
    assert [(request.body["temperature"], request.body["max_tokens"]) for request in server.requests] == [(0.5, 7)] * 2


def test_nothing_is_said_of_sampling_that_nobody_chose(server, take):
    take(draft())
    assert set(server.requests[0].body) == {"model", "messages", "stream", "stream_options"}


def test_a_function_is_described_by_its_annotations(server, take):
    take(draft(), tools=[ADD])
    function = server.requests[0].body["tools"][0]["function"]
    assert (function["name"], function["description"]) == ("add", "Add two numbers.")
    assert {name: about["type"] for name, about in function["parameters"]["properties"].items()} == {
        "x": "integer",
        "y": "integer",
    }


def test_an_agent_may_be_a_tool(server, take):
    server.script("m", [call("expert", {"request": "Capital?"}), say("Paris"), say("It is Paris.")])
    host = RecordingHost()
    assert take(draft(), host=host, tools=[f"{USERS}:expert"]).text == "It is Paris."
    assert [(activity.kind, activity.text) for activity in host.activities] == [
        ("call", '{"request": "Capital?"}'),
        ("result", "Paris"),
    ]
    assert (host.text, len(host.spent)) == ("It is Paris.", 3)


def test_the_model_is_told_why_a_tool_failed(server, take):
    server.script("m", [call("divide", {}), say("I cannot.")])
    assert take(draft(), tools=[f"{USERS}:divide"]).text == "I cannot."
    assert "ZeroDivisionError: division by zero" in results(server.requests[1])[0]


def test_the_model_is_told_of_a_tool_that_there_is_not(server, take):
    server.script("m", [call("subtract", {}), say("I cannot.")])
    host = RecordingHost()
    assert take(draft(), host=host, tools=[ADD]).text == "I cannot."
    assert [activity.kind for activity in host.activities] == ["call", "result"]
    assert "no tool with that name" in results(server.requests[1])[0]


def test_arguments_that_are_no_json_are_answered_and_the_model_tries_again(server, take):
    server.script("m", [call("add", "{x: 1"), call("add", {"x": 1, "y": 2}), say("3")])
    assert take(draft(), tools=[ADD]).text == "3"
    assert "mandatory input parameters" in results(server.requests[1])[0]


def test_a_turn_has_no_more_replies_than_allowed(server, take):
    server.script("m", lambda _body: call("add", {"x": 1, "y": 2}))
    with pytest.raises(TurnError, match="after 3 replies") as failure:
        take(draft(), tools=[ADD], max_llm_calls=3)
    assert failure.value.hint == "raise `max_llm_calls`"
    assert len(server.requests) == 3


def test_every_turn_starts_with_the_state_of_the_options(server, take):
    for _ in range(2):
        server.script("m", [call("counted", {}), say("One less.")])
        take(draft(), tools=[f"{USERS}:counted"], state={"papers": 5})
        assert results(server.requests[-1]) == ["4"]


def test_tools_of_a_server_stand_beside_functions(server, take):
    take(draft(), tools=[f"{USERS}:divide"], mcp_servers=[DESK])
    assert [tool["function"]["name"] for tool in server.requests[0].body["tools"]] == ["divide", "add"]


def test_a_server_that_does_not_start_is_named(take):
    with pytest.raises(ConfigError, match="the MCP server `desk` gives no tools"):
        take(draft(), mcp_servers=[{"name": "desk", "command": "no-such-command"}])


@pytest.mark.parametrize(("name", "why"), [("number", "which is no tool"), ("unclear", "ADK refuses the tool")])
def test_what_is_no_tool_is_refused(take, name, why):
    with pytest.raises(ConfigError, match=why) as failure:
        take(draft(), tools=[f"{USERS}:{name}"])
    assert "functions with annotations" in failure.value.hint


def test_it_needs_a_model(take):
    with pytest.raises(ConfigError, match="needs a model"):
        take(draft(), model=None)


def test_a_voter_is_for_groups(take):
    with pytest.raises(ConfigError, match="`voter` has no effect on an agent made from options"):
        take(draft(), voter="editor")
