"""Tools of MCP servers."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest
from massgen_hub.errors import ConfigError
from massgen_hub.testing import call, draft, say

SERVER = str(Path(__file__).with_name("smolagents_mcp_server.py"))
STARTED = {"name": "abacus", "command": sys.executable, "args": [SERVER, "stdio"], "env": {"UNIT": "apples"}}
SAID = [call("add", {"x": 2, "y": 3}), call("final_answer", {"answer": "5"})]


def test_a_server_is_started_and_its_tools_are_used_in_every_turn(take):
    _, host = take([draft(), draft()], SAID * 2, mcp_servers=[STARTED])
    assert [activity.kind for activity in host.activities] == ["call", "result"] * 2
    assert "5 apples" in host.activities[1].text


def test_code_calls_tools_of_a_server(take):
    said = [say("<code>\nfinal_answer(add(x=2, y=3))\n</code>")]
    reply, _ = take(draft(), said, kind="code", prompts="short", mcp_servers=[STARTED])
    assert "5 apples" in reply.text


@pytest.mark.parametrize(("transport", "said", "path"), [("http", "streamable-http", "mcp"), ("sse", "sse", "sse")])
def test_a_server_that_runs_is_found_by_its_address(transport, said, path, take):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    started = subprocess.Popen(
        [sys.executable, SERVER, said], env={"PORT": str(port)}, stderr=subprocess.PIPE, text=True
    )
    try:
        next(line for line in started.stderr if "Uvicorn running" in line)
        where = {
            "name": "abacus",
            "url": f"http://127.0.0.1:{port}/{path}",
            "transport": transport,
            "headers": {"x-who": "a"},
        }
        _, host = take(draft(), SAID, mcp_servers=[where])
        assert "5" in host.activities[1].text
    finally:
        started.terminate()
        started.communicate()


def test_a_server_that_is_not_there_is_named(take):
    with pytest.raises(ConfigError, match="the MCP server `none` cannot be started: there is no program `no-such-"):
        take(draft(), [], mcp_servers=[{"name": "none", "command": "no-such-command"}])
