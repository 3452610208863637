"""Agents of AgentScope 1.x that are described in the config."""

from __future__ import annotations

import sys

import pytest
from massgen_hub.errors import ConfigError, NotAvailable, TurnError
from massgen_hub.testing import RecordingHost, call, draft, say

ADD = call("add", {"x": 2, "y": 3})


def results(server, number=-1):
    """The results of tools that a request held."""
    return [one["content"] for one in server.requests[number].body["messages"] if one["role"] == "tool"]


def test_options_reach_the_model(take, server):
    take(draft(), [say("Paris.")], system_message="Be brief.", temperature=0.5, max_tokens=9)
    body = server.requests[0].body
    assert body["messages"][0]["content"][0]["text"] == "Be brief."
    assert (body["temperature"], body["max_tokens"], body["stream"]) == (0.5, 9, True)


@pytest.mark.parametrize(
    ("name", "given", "result"),
    [("add", {"x": 2, "y": 3}, "5"), ("later", {"x": 2}, "[2]"), ("plus", {"x": 2, "y": 3}, "5")],
)
def test_a_function_is_a_tool_whatever_it_gives_back(take, server, name, given, result):
    take(draft(), [call(name, given), say("Done.")], tools=[f"agentscope1_users:{name}"])
    assert results(server) == [result]


def test_a_toolkit_is_taken_with_its_groups(take, server, offered):
    take(draft(), [call("plus", {"x": 2, "y": 3}), say("5")], tools=["agentscope1_users:kit", "agentscope1_users:add"])
    assert (offered(), results(server)) == (["plus", "add"], ["5"])


def test_what_cannot_be_called_is_no_tool(take):
    with pytest.raises(ConfigError, match="`agentscope1_users:number` is a `int`"):
        take(draft(), [], tools=["agentscope1_users:number"])


def test_an_answer_in_the_form_of_a_schema_is_json(take, server):
    replies = [call("generate_response", {"name": "Paris", "people": 2}), say("It is Paris.")]
    host = RecordingHost()
    reply = take(draft(), replies, host, structured_schema="agentscope1_users:City")
    assert reply.text == '{"name": "Paris", "people": 2}'
    assert host.text == reply.text


def test_an_answer_that_never_takes_the_form_fails_the_turn(take):
    with pytest.raises(TurnError, match="after 2 replies the model had not answered in the form"):
        take(draft(), lambda _body: say("Paris."), structured_schema="agentscope1_users:City", max_iters=2)


def test_after_max_iters_one_more_reply_must_be_the_answer(take, server):
    reply = take(draft(), [ADD, ADD, say("It is 5.")], tools=["agentscope1_users:add"], max_iters=2)
    assert (reply.text, len(server.requests)) == ("It is 5.", 3)
    assert "tools" not in server.requests[-1].body


def test_an_agent_that_still_calls_tools_then_has_no_answer(take):
    with pytest.raises(TurnError, match="after 2 replies the agent still called tools"):
        take(draft(), lambda _body: ADD, tools=["agentscope1_users:add"], max_iters=2)


def test_tools_are_permitted_unless_the_config_says_something_else(take, server):
    take(draft(), [ADD, say("5")], tools=["agentscope1_users:add"])
    take(draft(), [ADD, say("No.")], tools=["agentscope1_users:add"], permissions="deny")
    assert (results(server, 1), results(server, 3)) == (["5"], ["Permission denied."])


def test_a_person_who_rejects_a_call_is_heard(take, server):
    take(draft(), [ADD, say("No.")], RecordingHost(("reject",)), tools=["agentscope1_users:add"], permissions="ask")
    assert results(server) == ["Permission denied."]


def test_a_question_that_nobody_answers_tells_what_to_set(take):
    with pytest.raises(NotAvailable, match="May `add` be called") as failure:
        take(draft(), [ADD], tools=["agentscope1_users:add"], permissions="ask")
    assert "permissions: allow" in failure.value.hint


@pytest.mark.parametrize(("filters", "left"), [({"enable_tools": ["add"]}, ["add"]), ({"disable_tools": ["add"]}, [])])
def test_tools_of_a_server_may_be_chosen(take, offered, filters, left):
    take(draft(), [say("Hi.")], mcp_servers=[{**desk("-m", "massgen_hub.testing.mcp_server"), **filters}])
    assert offered() == left


def test_a_server_that_ends_at_once_is_an_error_with_its_last_words(take, tmp_path):
    with pytest.raises(ConfigError, match="the MCP server `desk` cannot be reached") as failure:
        take(draft(), [], mcp_servers=[desk("-c", "raise SystemExit('no paper')")], folder=str(tmp_path))
    assert failure.value.hint == "its last words were: no paper"


def test_a_server_that_says_nothing_is_given_up(take, monkeypatch):
    monkeypatch.setattr("massgen_hub_agentscope.v1.servers.SECONDS_TO_CONNECT", 0.3)
    with pytest.raises(ConfigError, match=r"it was not ready after 0\.3 s"):
        take(draft(), [], mcp_servers=[desk("-c", "import sys; sys.stdin.read()")])


def test_a_server_at_an_address_where_nobody_listens_is_an_error(take):
    with pytest.raises(ConfigError, match="the MCP server `desk` cannot be reached"):
        take(draft(), [], mcp_servers=[{"name": "desk", "url": "http://127.0.0.1:9/mcp"}])


def desk(*arguments):
    return {"name": "desk", "command": sys.executable, "args": list(arguments)}
