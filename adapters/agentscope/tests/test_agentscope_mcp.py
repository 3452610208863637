"""MCP servers: started or connected with the agent, ended with it."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from pathlib import Path

import pytest
import uvicorn
from agentscope.agent import Agent
from agentscope.mcp import HttpMCPConfig, MCPClient, StdioMCPConfig
from agentscope.tool import Toolkit
from massgen_hub import Hub
from massgen_hub.contract import Setup
from massgen_hub.errors import ConfigError, NotAvailable
from massgen_hub.testing import RecordingHost, call, draft, run, say
from massgen_hub_agentscope import ADAPTER

FILE = str(Path(__file__).parent / "agentscope_mcp_server.py")
DESK = {"name": "desk", "command": sys.executable, "args": [FILE]}
ADD = call("mcp__desk__add", {"x": 2, "y": 3})
SURROUNDINGS = call("mcp__desk__surroundings", {})


def results(server, number=1):
    return [one["content"] for one in server.requests[number].body["messages"] if one["role"] == "tool"]


def is_running(process):
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_server_is_started_and_its_tools_are_called_and_told_in_pairs(take, server):
    host = RecordingHost()
    assert take(draft(), [ADD, say("5")], host, mcp_servers=[DESK]).text == "5"
    assert results(server) == ["5"]
    assert [(one.kind, one.name) for one in host.activities] == [
        ("call", "add"),
        ("result", "add"),
    ]


def test_a_server_has_the_environment_and_the_folder_that_the_config_gives_it(take, server, tmp_path):
    desk = {**DESK, "env": {"DESK": "the oak one"}, "cwd": str(tmp_path)}
    take(draft(), [SURROUNDINGS, say("Done.")], mcp_servers=[desk])
    assert results(server)[0].split(maxsplit=1)[1] == f"{tmp_path} the oak one"


def test_a_server_ends_with_the_agent(take, server):
    take(draft(), [SURROUNDINGS, say("Done.")], mcp_servers=[DESK])
    assert not is_running(int(results(server)[0].split()[0]))


def test_one_server_serves_all_turns_of_an_agent(take, server):
    take([draft(), draft()], [SURROUNDINGS, say("1"), SURROUNDINGS, say("2")], mcp_servers=[DESK])
    assert results(server, 1) == results(server, 3)


def test_what_a_server_refuses_is_told_to_the_model(take, server):
    take(draft(), [call("mcp__desk__refuse", {}), say("Closed.")], mcp_servers=[DESK])
    assert "Error executing tool refuse" in results(server)[0]


@pytest.mark.parametrize(
    ("filters", "left"),
    [
        ({"enable_tools": ["add"]}, ["mcp__desk__add"]),
        ({"disable_tools": ["add", "refuse", "wait"]}, ["mcp__desk__surroundings"]),
    ],
)
def test_tools_of_a_server_may_be_chosen(take, offered, filters, left):
    take(draft(), [say("Hi.")], mcp_servers=[{**DESK, **filters}])
    assert offered() == left


def test_a_call_that_takes_too_long_is_told_to_the_model(take, server):
    take(draft(), [ADD, say("Too slow.")], mcp_servers=[{**DESK, "timeout": 1e-6}])
    assert "imed out" in results(server)[0]


def test_tools_of_a_server_are_asked_for_where_the_config_says_so(take):
    with pytest.raises(NotAvailable, match="May `mcp__desk__add` be called"):
        take(draft(), [ADD], mcp_servers=[DESK], permissions="ask")


def test_what_a_server_says_on_stderr_is_kept_in_the_agents_folder_and_not_printed(take, tmp_path, capfd):
    take(draft(), [ADD, say("5")], mcp_servers=[DESK], folder=str(tmp_path / "ada"))
    assert "adding" in (tmp_path / "ada" / "mcp-desk.log").read_text()
    assert capfd.readouterr() == ("", "")


def test_a_command_that_does_not_exist_is_an_error_with_the_reason(take, tmp_path):
    with pytest.raises(ConfigError, match="the MCP server `desk` cannot be reached") as failure:
        take(draft(), [], mcp_servers=[{"name": "desk", "command": "no-such-desk"}], folder=str(tmp_path))
    assert "no-such-desk" in failure.value.hint


def test_a_server_that_ends_at_once_is_an_error_with_its_last_words(take, tmp_path):
    desk = {"name": "desk", "command": sys.executable, "args": ["-c", "raise SystemExit('no paper')"]}
    with pytest.raises(ConfigError, match="the MCP server `desk` cannot be reached") as failure:
        take(draft(), [], mcp_servers=[desk], folder=str(tmp_path))
    assert failure.value.hint == "its last words were: no paper"


def test_a_server_that_starts_and_does_not_list_its_tools_is_ended(take, tmp_path):
    code = f"import os, sys; open({str(tmp_path / 'pid')!r}, 'w').write(str(os.getpid())); "
    code += "import massgen_hub.testing.mcp_server as desk; desk._result = refuse(desk._result); desk.serve()"
    code = f"def refuse(result): return lambda asked: {{}} if 'list' in asked['method'] else result(asked)\n{code}"
    with pytest.raises(ConfigError, match="the MCP server `desk` cannot be reached"):
        take(draft(), [], mcp_servers=[{"name": "desk", "command": sys.executable, "args": ["-c", code]}])
    assert not is_running(int((tmp_path / "pid").read_text()))


def test_a_server_that_says_nothing_is_given_up(take, monkeypatch):
    monkeypatch.setattr("massgen_hub_agentscope.servers.SECONDS_TO_CONNECT", 0.3)
    desk = {"name": "desk", "command": sys.executable, "args": ["-c", "import sys; sys.stdin.read()"]}
    with pytest.raises(ConfigError, match=r"it was not ready after 0\.3 s"):
        take(draft(), [], mcp_servers=[desk])


def test_a_call_is_cancelled_with_its_turn_and_the_server_serves_the_next(server, tmp_path):
    server.script("m", [call("mcp__desk__wait", {}), ADD, say("5")])
    setup = Setup(agent="ada", seed=1, model=server.model("m"), folder=str(tmp_path))

    async def scene():
        async with ADAPTER.open(ADAPTER.options(mcp_servers=[DESK]), setup) as agent:
            task = asyncio.create_task(agent(draft(), RecordingHost()))
            while "waiting" not in (tmp_path / "mcp-desk.log").read_text():
                await asyncio.sleep(0.01)
            task.cancel()
            await asyncio.wait([task], timeout=5)
            return task.cancelled(), (await agent(draft(), RecordingHost())).text

    assert run(scene(), loop="one") == (True, "5")


@pytest.fixture
def desk_on_http():
    """The same server on HTTP, and the headers that it heard."""
    from agentscope_mcp_server import desk

    heard = []
    inner = desk().streamable_http_app()

    async def app(scope, receive, send):
        if scope["type"] == "http":
            heard.append(dict(scope["headers"]))
        await inner(scope, receive, send)

    web = uvicorn.Server(uvicorn.Config(app, port=0, log_level="critical"))
    thread = threading.Thread(target=web.run, daemon=True)
    thread.start()
    while not web.started and thread.is_alive():
        thread.join(0.01)
    port = web.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}/mcp", heard
    web.should_exit = True
    thread.join()


def test_a_server_that_runs_is_reached_by_its_url_with_the_headers_of_the_config(take, server, desk_on_http):
    url, heard = desk_on_http
    desk = {"name": "desk", "url": url, "headers": {"X-Key": "k"}, "timeout": 20}
    assert take(draft(), [ADD, say("5")], mcp_servers=[desk]).text == "5"
    assert results(server) == ["5"]
    assert {headers.get(b"x-key") for headers in heard} == {b"k"}


def test_a_server_that_does_not_answer_within_its_timeout_is_an_error(take, desk_on_http):
    with pytest.raises(ConfigError, match="the MCP server `desk` cannot be reached"):
        take(draft(), [], mcp_servers=[{"name": "desk", "url": desk_on_http[0], "timeout": 1e-6}])


def test_a_url_where_nothing_runs_is_an_error(take):
    with pytest.raises(ConfigError, match="the MCP server `desk` cannot be reached"):
        take(draft(), [], mcp_servers=[{"name": "desk", "url": "http://127.0.0.1:9/mcp"}])


def users_agent(server, client):
    """An agent whose client is not connected: there is no event loop yet when a module is imported."""
    from agentscope_users import chat

    agent = Agent("a", "S", chat(server.model("m")), Toolkit())
    agent.toolkit.tool_groups[0].mcps.append(client)
    return agent


def test_a_client_of_the_users_agent_is_connected_for_it_and_stays_as_it_was(take, server):
    client = MCPClient(
        name="desk", is_stateful=True, mcp_config=StdioMCPConfig(command=sys.executable, args=[FILE]),
        enable_tools=["add"],
    )  # fmt: skip
    agent = users_agent(server, client)
    assert take(draft(), [ADD, say("5")], target=agent, permissions="allow").text == "5"
    assert (results(server), client.is_connected) == (["5"], False)
    assert agent.toolkit.tool_groups[0].mcps == [client]


def test_an_async_factory_may_connect_the_clients_of_its_agent(take, server):
    """A toolkit takes no client that waits to be connected."""
    from agentscope_users import chat

    async def factory(model):
        config = StdioMCPConfig(command=sys.executable, args=[FILE])
        client = MCPClient(name="desk", is_stateful=True, mcp_config=config, enable_tools=["add"])
        await client.connect()
        return Agent("a", "S", chat(model), Toolkit(mcps=[client]))

    assert take(draft(), [ADD, say("5")], target=factory, permissions="allow").text == "5"
    assert results(server) == ["5"]


def test_a_client_without_a_session_is_used_too(take, server, desk_on_http):
    client = MCPClient(name="desk", is_stateful=False, mcp_config=HttpMCPConfig(url=desk_on_http[0]))
    agent = users_agent(server, client)
    assert take(draft(), [ADD, say("5")], target=agent, permissions="allow").text == "5"
    assert results(server) == ["5"]


def test_servers_are_opened_and_closed_by_the_hub_too(server, tmp_path):
    server.script("m", [SURROUNDINGS, say("Done.")])
    config = {
        "models": {"ours": {"model": "m", "base_url": server.base_url}},
        "agents": [{"id": "ada", "type": "agentscope", "model": "ours", "mcp_servers": [DESK]}],
    }
    verdict = asyncio.run(Hub(config, runs=tmp_path).run("Where are you?"))
    assert verdict.answer == "Done."
    assert not is_running(int(results(server)[0].split()[0]))
