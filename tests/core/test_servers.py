"""Tools of MCP servers."""

import asyncio
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from massgen_hub.errors import ConfigError
from massgen_hub.options import McpServer
from massgen_hub.servers import served
from massgen_hub.testing import MCP_SERVER

pytest.importorskip("mcp", reason="the package `mcp` is not installed")

DESK = McpServer(name="desk", command=MCP_SERVER[0], args=MCP_SERVER[1:])
TALKS = "import runpy, sys; print('good morning', file=sys.stderr); runpy.run_module('{}', run_name='__main__')"
SERVER = str(Path(__file__).with_name("mcp_desk.py"))


def added(*servers, folder=None):
    """What the tools named `add` say to 2 and 3."""

    async def connected():
        async with served(servers, folder) as tools:
            return [await tool.call({"x": 2, "y": 3}) for tool in tools if tool.name == "add"]

    return asyncio.run(connected())


def started(*words, **more):
    return McpServer(name="started", command=sys.executable, args=words, **more)


def test_a_program_is_started_and_its_tools_described():
    async def connected():
        async with served([DESK], None) as tools:
            return tools

    [tool] = asyncio.run(connected())
    assert (tool.name, tool.description, tool.parameters["required"]) == ("add", "Add two numbers.", ["x", "y"])


def test_tools_of_several_servers_are_put_together():
    assert added(DESK, DESK) == ["5", "5"]


def test_what_a_server_prints_goes_to_a_log_in_the_folder(tmp_path, capfd):
    talking = started("-c", TALKS.format(MCP_SERVER[2]))
    assert added(talking, folder=str(tmp_path / "ada")) == ["5"]
    assert tuple(capfd.readouterr()) == ("", "")
    assert (tmp_path / "ada" / "mcp-started.log").read_text() == "good morning\n"


@pytest.mark.parametrize(("transport", "path"), [("http", "mcp"), ("sse", "sse")])
def test_a_server_that_runs_is_found_by_its_address(transport, path):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    running = subprocess.Popen([sys.executable, SERVER, transport, str(port)], stderr=subprocess.PIPE, text=True)
    try:
        next(line for line in running.stderr if "Uvicorn running" in line)
        url = f"http://127.0.0.1:{port}/{path}"
        assert added(McpServer(name="there", url=url, transport=transport, headers={"x-who": "ada"})) == ["5"]
    finally:
        running.kill()  # gently, it would wait for every connection
        running.communicate()


def test_a_failure_of_a_tool_is_its_result():
    async def connected():
        async with served([started(SERVER, "stdio")], None) as tools:
            return [await tool.call({}) for tool in tools if tool.name == "fail"]

    assert "Error executing tool fail" in asyncio.run(connected())[0]


def test_a_server_that_falls_over_is_named_with_the_last_it_printed():
    with pytest.raises(ConfigError, match=r"`started` gives no tools: .*; the last it printed: no desk here"):
        added(started("-c", "raise SystemExit('no desk here')"))


def test_a_program_that_does_not_exist_is_named():
    with pytest.raises(ConfigError, match="`none` gives no tools: FileNotFoundError"):
        added(McpServer(name="none", command="no-such-command"))


def test_an_address_where_nobody_is_is_named():
    with pytest.raises(ConfigError, match=r"`away` gives no tools: .*[Cc]onnect"):
        added(McpServer(name="away", url="http://127.0.0.1:9/mcp"))


def test_a_failure_beside_a_connected_server_comes_through_as_it_is():
    async def failing():
        async with served([DESK], None):
            raise LookupError("not its fault")

    with pytest.raises(LookupError, match="not its fault"):
        asyncio.run(failing())


def test_without_the_package_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "mcp", None)
    with pytest.raises(ConfigError, match="`mcp_servers` needs the package `mcp`"):
        added(DESK)


def test_a_call_that_takes_longer_than_its_timeout_says_so():
    slow = (
        "import threading, massgen_hub.testing.mcp_server as server;"
        "server.add = lambda **_: threading.Event().wait(); server.serve()"
    )
    assert added(started("-c", slow, timeout=0.2)) == ["`add` gave no result within 0.2 s"]
