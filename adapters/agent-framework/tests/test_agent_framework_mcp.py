"""Tools of MCP servers: those of the config, and the framework's own in agents of the user's."""

from __future__ import annotations

import sys

import agent_framework_users as users
import pytest
from agent_framework import MCPStdioTool
from agent_framework_orchestrations import SequentialBuilder
from massgen_hub.contract import Setup
from massgen_hub.errors import ConfigError
from massgen_hub.testing import MCP_SERVER, RecordingHost, call, draft, run, say, vote
from massgen_hub.testing.watching import children
from massgen_hub_agent_framework import ADAPTER

DESK = {"name": "desk", "command": MCP_SERVER[0], "args": list(MCP_SERVER[1:])}
SUM = {"x": 2, "y": 3}
BALLOT = {"reason": "It is the capital.", "ranking": ["A", "B"]}


def theirs():
    return MCPStdioTool("desk", MCP_SERVER[0], args=list(MCP_SERVER[1:]), load_prompts=False)


def adds(body):
    return say("It is 5.") if body["messages"][-1]["role"] == "tool" else call("add", SUM)


def noted(host):
    return [(activity.kind, activity.name, activity.text) for activity in host.activities][1:]


def test_a_tool_of_a_server_of_the_config_is_called(server, take):
    server.script("m", adds)
    host = RecordingHost()
    assert take(draft(), host=host, mcp_servers=[DESK]).text == "It is 5."
    assert noted(host) == [("result", "add", "5")]


def test_what_a_server_of_the_config_prints_goes_to_the_agents_folder(server, tmp_path, capfd):
    loud = {"name": "loud", "command": sys.executable, "args": ["-c", "import sys; print('no', file=sys.stderr)"]}

    async def opened():
        setup = Setup(agent="ada", seed=1, model=server.model("m"), folder=str(tmp_path / "ada"))
        async with ADAPTER.open(ADAPTER.options(mcp_servers=[loud]), setup):
            pass

    with pytest.raises(ConfigError, match="the MCP server `loud` gives no tools"):
        run(opened(), loop="one")
    assert (tmp_path / "ada" / "mcp-loud.log").read_text() == "no\n"
    assert tuple(capfd.readouterr()) == ("", "")


@pytest.mark.parametrize("in_a_workflow", [False, True], ids=["agent", "workflow"])
def test_a_server_of_the_user_s_agent_is_connected_while_it_is_open(server, take, in_a_workflow):
    server.script("m", lambda body: call("vote", BALLOT) if "vote" in str(body.get("tools")) else adds(body))
    tool, host, before = theirs(), RecordingHost(), children()
    agent = users.an_agent(server, tools=[tool])
    target = SequentialBuilder(participants=[agent]).build() if in_a_workflow else agent
    assert take(draft(), vote(), draft(round=2), host=host, target=target).text == "It is 5."
    assert noted(host)[0] == ("result", "add", "5")
    assert (tool.is_connected, tool.functions) == (False, [])
    assert children() <= before


def test_a_server_that_the_user_connected_is_used_and_left_connected(server):
    server.script("m", adds)

    async def scene():
        async with theirs() as tool:
            setup = Setup(agent="x", seed=1, target=users.an_agent(server, tools=[tool]))
            async with ADAPTER.open(ADAPTER.options(), setup) as agent:
                reply = await agent(draft(), RecordingHost())
            return reply.text, tool.is_connected

    assert run(scene(), loop="one") == ("It is 5.", True)


def test_a_server_that_does_not_start_is_a_mistake_of_the_config(server, take):
    broken = MCPStdioTool("desk", sys.executable, args=["-c", "raise SystemExit(3)"])
    with pytest.raises(ConfigError, match="the MCP server `desk` cannot be reached"):
        take(draft(), target=users.an_agent(server, tools=[broken]))
