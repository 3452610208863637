"""Tools of MCP servers."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest
from massgen_hub.contract import Setup
from massgen_hub.errors import ConfigError
from massgen_hub.testing import ModelServer, RecordingHost, call, draft, run, say
from massgen_hub_langgraph import ADAPTER

SERVER = str(Path(__file__).with_name("langgraph_mcp_server.py"))
STARTED = {"name": "abacus", "command": sys.executable, "args": [SERVER, "stdio"], "env": {"UNIT": "apples"}}


def take(*mcp_servers, turns=1):
    async def taken():
        with ModelServer() as server:
            server.script("m", [call("add", {"x": 2, "y": 3}), say("It is 5.")] * turns)
            host, setup = RecordingHost(), Setup(agent="ada", seed=1, model=server.model("m"))
            async with ADAPTER.open(ADAPTER.options(mcp_servers=mcp_servers), setup) as agent:
                for _ in range(turns):
                    await agent(draft(), host)
            return host.activities

    return run(taken(), loop="one")


def test_a_server_is_started_and_its_tools_are_used_in_every_turn_in_silence(capfd):
    assert [activity.kind for activity in take(STARTED, turns=2)] == ["call", "result"] * 2
    assert tuple(capfd.readouterr()) == ("", "")


def test_a_server_is_given_its_environment():
    assert "5 apples" in take(STARTED)[1].text


@pytest.mark.parametrize(("transport", "said", "path"), [("http", "streamable-http", "mcp"), ("sse", "sse", "sse")])
def test_a_server_that_runs_is_found_by_its_address(transport, said, path):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    started = subprocess.Popen(
        [sys.executable, SERVER, said], env={"PORT": str(port)}, stderr=subprocess.PIPE, text=True
    )
    try:
        next(line for line in started.stderr if "Uvicorn running" in line)
        url = f"http://127.0.0.1:{port}/{path}"
        assert "5" in take({"name": "abacus", "url": url, "transport": transport, "headers": {"x-who": "ada"}})[1].text
    finally:
        started.terminate()
        started.communicate()


def test_a_server_that_does_not_start_is_named_with_what_it_printed():
    broken = {"name": "broken", "command": sys.executable, "args": ["-c", "raise SystemExit('no abacus here')"]}
    with pytest.raises(ConfigError, match=r"MCP server `broken` gives no tools: .*the last it printed: no abacus here"):
        take(broken)


def test_a_command_that_does_not_exist_is_named():
    with pytest.raises(ConfigError, match="MCP server `none` gives no tools: FileNotFoundError"):
        take({"name": "none", "command": "no-such-command"})


def test_a_server_that_is_not_there_is_named():
    with pytest.raises(ConfigError, match="MCP server `away` gives no tools: ConnectError"):
        take({"name": "away", "url": "http://127.0.0.1:9/mcp"})
