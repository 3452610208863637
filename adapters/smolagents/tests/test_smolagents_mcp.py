"""Tools of MCP servers."""

import pytest
from massgen_hub.errors import ConfigError
from massgen_hub.testing import MCP_SERVER, call, draft, say

DESK = {"name": "desk", "command": MCP_SERVER[0], "args": list(MCP_SERVER[1:])}
SAID = [call("add", {"x": 2, "y": 3}), call("final_answer", {"answer": "5"})]


def test_tools_of_a_server_are_offered_as_it_describes_them(server, take):
    take(draft(), SAID, mcp_servers=[DESK])
    [tool] = [tool["function"] for tool in server.requests[0].body["tools"] if tool["function"]["name"] == "add"]
    assert tool["description"] == "Add two numbers."
    assert tool["parameters"]["required"] == ["x", "y"]


def test_a_server_serves_every_turn(take):
    _, host = take([draft(), draft()], SAID * 2, mcp_servers=[DESK])
    assert [(activity.kind, activity.name) for activity in host.activities] == [("call", "add"), ("result", "add")] * 2
    assert host.activities[1].text == "5"


@pytest.mark.parametrize("arguments", ["x=2, y=3", "2, 3"])
def test_code_calls_tools_of_a_server_by_name_or_by_place(arguments, take):
    said = [say(f"<code>\nfinal_answer(add({arguments}))\n</code>")]
    reply, _ = take(draft(), said, kind="code", prompts="short", mcp_servers=[DESK])
    assert reply.text == "5"


def test_a_managed_agent_has_servers_of_its_own(server, take):
    helper = {"name": "helper", "description": "Adds.", "mcp_servers": [DESK]}
    said = [call("helper", {"task": "2 + 3?"}), *SAID, call("final_answer", {"answer": "It is 5."})]
    _, host = take(draft(), said, managed_agents=[helper])
    assert [activity.name for activity in host.activities] == ["helper", "add", "add", "helper"]
    assert "add" not in [tool["function"]["name"] for tool in server.requests[0].body["tools"]]


def test_a_server_that_does_not_start_is_named(take):
    with pytest.raises(ConfigError, match="the MCP server `none` gives no tools"):
        take(draft(), [], mcp_servers=[{"name": "none", "command": "no-such-command"}])
