"""MCP servers: real ones, as a program and over HTTP."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from agents import Agent
from agents.mcp import MCPServerStdio
from massgen_hub.contract import Setup
from massgen_hub.errors import ConfigError
from massgen_hub.testing import RecordingHost, call, draft, run, say, vote
from massgen_hub_openai_agents import ADAPTER
from massgen_hub_openai_agents.servers import made
from pydantic import ValidationError

PROGRAM = str(Path(__file__).with_name("openai_agents_mcp_server.py"))
DESK = {"name": "desk", "command": sys.executable, "args": [PROGRAM]}
BALLOT = {"reason": "It is the capital.", "ranking": ["A", "B"]}


def theirs():
    return MCPServerStdio(params={"command": sys.executable, "args": [PROGRAM]}, name="theirs")


def multiplies(body):
    return say("It is 42.") if body["messages"][-1]["role"] == "tool" else call("multiply", {"x": 6, "y": 7})


def test_tools_of_a_program_are_called_and_noted(server, take):
    server.script("m", multiplies)
    host = RecordingHost()
    assert take(draft(), host=host, mcp_servers=[DESK]).text == "It is 42."
    assert [(activity.kind, activity.name) for activity in host.activities] == [
        ("call", "multiply"),
        ("result", "multiply"),
    ]
    assert host.activities[1].text == "42"


def test_what_a_program_says_on_stderr_goes_to_the_agents_folder(server, tmp_path, capfd):
    server.script("m", multiplies)
    setup = Setup(agent="ada", seed=1, model=server.model("m"), folder=str(tmp_path / "ada"))
    run(taken(ADAPTER.options(mcp_servers=[DESK]), setup, draft()), loop="one")
    assert "multiplying" in (tmp_path / "ada" / "mcp-desk.log").read_text()
    assert tuple(capfd.readouterr()) == ("", "")


async def taken(options, setup, turn):
    async with ADAPTER.open(options, setup) as agent:
        return await agent(turn, RecordingHost())


def test_a_vote_is_cast_with_the_tools_of_a_server_at_hand(server, take):
    server.script("m", [call("multiply", {"x": 6, "y": 7}), call("vote", BALLOT)])
    assert take(vote(), mcp_servers=[DESK]).data == BALLOT


def test_a_program_gets_its_folder_and_its_variables(server, take, tmp_path):
    server.script("m", [call("whereabouts", {}), say("done")])
    host = RecordingHost()
    take(draft(), host=host, mcp_servers=[{**DESK, "cwd": str(tmp_path), "env": {"PATRON": "ada"}}])
    assert host.activities[1].text == f"{tmp_path} for ada"


@pytest.mark.parametrize("desk", [DESK, {"name": "desk", "url": "http://x"}], ids=["program", "http"])
def test_a_call_may_take_its_timeout(desk):
    [described] = ADAPTER.options(mcp_servers=[{**desk, "timeout": 7}]).mcp_servers
    assert made(described, None).client_session_timeout_seconds == 7


@pytest.mark.parametrize(("transport", "served", "path"), [("http", "streamable-http", "mcp"), ("sse", "sse", "sse")])
def test_tools_of_a_server_over_http_are_called(server, take, transport, served, path):
    server.script("m", multiplies)
    with serving(served) as address:
        desk = {"name": "desk", "url": f"{address}/{path}", "transport": transport}
        assert take(draft(), mcp_servers=[desk]).text == "It is 42."


@contextmanager
def serving(transport):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    program = subprocess.Popen([sys.executable, PROGRAM, transport, str(port)], stderr=subprocess.PIPE, text=True)
    try:
        assert any("running on" in line for line in program.stderr)
        yield f"http://127.0.0.1:{port}"
    finally:
        program.terminate()
        program.communicate()


@pytest.mark.parametrize("transport", ["http", "sse"])
def test_headers_are_sent_to_a_server(take, transport):
    with Recorder() as recorder:
        desk = {"name": "desk", "url": recorder.url, "transport": transport, "headers": {"authorization": "Bearer x"}}
        with pytest.raises(ConfigError, match="the MCP server `desk` cannot be reached"):
            take(draft(), mcp_servers=[desk])
    assert set(recorder.heard) == {"Bearer x"}


class Recorder:
    """A server that turns everybody away, and remembers who they said they are."""

    def __init__(self):
        heard = self.heard = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                heard.append(self.headers.get("authorization"))
                self.send_error(403)

            def do_GET(self):
                self.do_POST()

            def log_message(self, *_arguments):
                """Print nothing."""

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}/mcp"

    def __enter__(self):
        threading.Thread(target=self.http.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_exception):
        self.http.shutdown()
        self.http.server_close()


def test_servers_of_the_users_agent_are_opened_with_it_and_closed_with_it(server):
    desk = theirs()
    other = Agent(name="other", mcp_servers=[desk])
    setup = Setup(agent="ada", seed=1, model=server.model("m"), target=Agent(name="a", handoffs=[other]))

    async def scene():
        async with ADAPTER.open(ADAPTER.options(), setup):
            tools = [tool.name for tool in await desk.list_tools()]
        return tools, desk.session

    assert run(scene(), loop="one") == (["multiply", "whereabouts"], None)


def test_a_server_that_two_agents_share_stays_until_the_last_is_closed(server):
    setup = Setup(agent="ada", seed=1, model=server.model("m"), target=Agent(name="a", mcp_servers=[theirs()]))
    server.script("m", multiplies)

    async def scene():
        async with ADAPTER.open(ADAPTER.options(), setup) as first:
            async with ADAPTER.open(ADAPTER.options(), setup):
                pass
            return await first(draft(), RecordingHost())

    assert run(scene(), loop="one").text == "It is 42."


def test_agents_that_open_a_shared_server_at_once_wait_for_it(server):
    setup = Setup(agent="ada", seed=1, model=server.model("m"), target=Agent(name="a", mcp_servers=[theirs()]))
    server.script("m", multiplies)

    async def scene():
        return await asyncio.gather(*(taken(ADAPTER.options(), setup, draft()) for _ in range(3)))

    assert [reply.text for reply in run(scene(), loop="one")] == ["It is 42."] * 3


def test_an_agent_that_opens_a_server_while_another_closes_it_waits(server):
    setup = Setup(agent="ada", seed=1, model=server.model("m"), target=Agent(name="a", mcp_servers=[theirs()]))
    server.script("m", multiplies)

    async def scene():
        opened = ADAPTER.open(ADAPTER.options(), setup)
        await opened.__aenter__()
        closing = asyncio.create_task(opened.__aexit__(None, None, None))
        await asyncio.sleep(0)
        reply = await taken(ADAPTER.options(), setup, draft())
        await closing
        return reply

    assert run(scene(), loop="one").text == "It is 42."


def test_a_server_that_is_connected_already_is_refused(server):
    desk = theirs()
    setup = Setup(agent="ada", seed=1, model=server.model("m"), target=Agent(name="a", mcp_servers=[desk]))

    async def scene():
        async with desk:
            await taken(ADAPTER.options(), setup, draft())

    with pytest.raises(ConfigError, match="the MCP server `theirs` is connected already"):
        run(scene(), loop="one")


def test_an_agent_may_be_closed_by_another_task(server):
    """As the hub does it on its background loop."""
    setup = Setup(agent="ada", seed=1, model=server.model("m"))

    async def scene():
        before = asyncio.all_tasks()
        opened = ADAPTER.open(ADAPTER.options(mcp_servers=[DESK]), setup)
        await asyncio.create_task(opened.__aenter__())
        await asyncio.create_task(opened.__aexit__(None, None, None))
        return asyncio.all_tasks() - before

    assert run(scene(), loop="one") == set()


def test_an_opening_that_is_cancelled_leaves_no_program(server, tmp_path):
    started = tmp_path / "started"
    os.mkfifo(started)
    mute = f"import os, sys; open({str(started)!r}, 'w').write(str(os.getpid())); sys.stdin.read()"
    desk = {"name": "mute", "command": sys.executable, "args": ["-c", mute]}
    setup = Setup(agent="ada", seed=1, model=server.model("m"), folder=str(tmp_path))

    async def scene():
        before = asyncio.all_tasks()
        opening = asyncio.create_task(taken(ADAPTER.options(mcp_servers=[desk]), setup, draft()))
        pid = int(await asyncio.to_thread(started.read_text))
        opening.cancel()
        await asyncio.wait([opening])
        left = asyncio.all_tasks() - before
        async with asyncio.timeout(20):
            while Path(f"/proc/{pid}").exists():
                await asyncio.sleep(0.01)
        return left

    assert run(scene(), loop="one") == set()


@pytest.mark.parametrize(
    "desk",
    [
        {"name": "desk", "command": "no-such-program"},
        {"name": "desk", "command": sys.executable, "args": ["-c", "raise SystemExit('broken')"]},
        {"name": "desk", "url": "http://127.0.0.1:1/mcp"},
        {"name": "desk", "url": "http://127.0.0.1:1/sse", "transport": "sse", "headers": {"x": "y"}},
    ],
    ids=["no program", "a broken program", "no server", "no server of events"],
)
def test_a_server_that_cannot_be_reached_is_named(take, desk, capfd):
    with pytest.raises(ConfigError, match="the MCP server `desk` cannot be reached"):
        take(draft(), mcp_servers=[desk])
    assert tuple(capfd.readouterr()) == ("", "")


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({}, "`command`"),
        ({"command": "x", "url": "http://x"}, "`command`"),
        ({"command": "x", "headers": {"a": "b"}}, "`headers` has no effect without `url`"),
        ({"url": "http://x", "env": {"a": "b"}}, "`env` has no effect without `command`"),
        ({"command": "x", "transport": "sse"}, "`transport` has no effect without `url`"),
        ({"command": "x", "timeout": 0}, "timeout"),
        ({"command": "x", "name": "a b"}, "name"),
    ],
)
def test_a_server_that_is_not_described_rightly_is_refused(wrong, why):
    with pytest.raises(ValidationError, match=why):
        ADAPTER.options(mcp_servers=[{"name": "desk", **wrong}])
