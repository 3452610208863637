"""Tools of MCP servers."""

import pytest
from massgen_hub.contract import Setup
from massgen_hub.errors import ConfigError
from massgen_hub.testing import MCP_SERVER, ModelServer, RecordingHost, call, draft, run, say
from massgen_hub_langgraph import ADAPTER

DESK = {"name": "desk", "command": MCP_SERVER[0], "args": list(MCP_SERVER[1:])}


def take(*mcp_servers, turns=1):
    async def taken():
        with ModelServer() as server:
            server.script("m", [call("add", {"x": 2, "y": 3}), say("It is 5.")] * turns)
            host, setup = RecordingHost(), Setup(agent="ada", seed=1, model=server.model("m"))
            async with ADAPTER.open(ADAPTER.options(mcp_servers=mcp_servers), setup) as agent:
                for _ in range(turns):
                    await agent(draft(), host)
            return server.requests, host.activities

    return run(taken(), loop="one")


def test_tools_of_a_server_are_offered_as_it_describes_them():
    requests, _ = take(DESK)
    [tool] = [tool["function"] for tool in requests[0].body["tools"]]
    assert (tool["name"], tool["description"]) == ("add", "Add two numbers.")
    assert tool["parameters"]["required"] == ["x", "y"]


def test_a_server_serves_every_turn():
    _, activities = take(DESK, turns=2)
    assert [(activity.kind, activity.name) for activity in activities] == [("call", "add"), ("result", "add")] * 2
    assert activities[1].text == "5"


def test_a_server_that_does_not_start_is_named():
    with pytest.raises(ConfigError, match="the MCP server `none` gives no tools"):
        take({"name": "none", "command": "no-such-command"})
