"""A cancelled turn ends at once, hangs up, is silent, and leaves nothing behind."""

from __future__ import annotations

import asyncio
import gc
import os

import autogen_agentchat_users as users
import pytest
from autogen_agentchat.agents import AssistantAgent
from autogen_agentchat.teams import RoundRobinGroupChat
from massgen_hub.testing import Endless, Gate, ModelReply, SilentHost, call, draft, fail, hang, say
from massgen_hub.testing.watching import children


@pytest.fixture
def cancel(take, capfd):
    """`cancel(target, reached)`: what the host was told, and the tasks that are left; and nothing is printed."""

    def cancel(target, reached, host=None):
        host, left = take.cancelled(draft(), reached, target=target, host=host)
        gc.collect()  # a task that nobody awaits complains when it goes
        assert tuple(capfd.readouterr()) == ("", "")
        return host, left

    return cancel


def members_of(team):
    """The models of a team's members that are asked in turn."""
    return {"writer_and_critic": "writer", "selector": "chooser", "magentic": "orchestrator", "society": "inner"}[team]


@pytest.mark.parametrize("team", ["writer_and_critic", "selector", "magentic", "society"])
def test_a_team_hangs_up_on_the_model(server, cancel, team):
    gate = Gate()
    server.script(members_of(team), [ModelReply(text="Par", gate=gate)])
    _, left = cancel(getattr(users, team), gate.until_reached)
    assert server.requests[0].disconnected
    assert len(server.requests) == 1
    assert left == set()


def test_the_ledger_of_an_orchestrator_is_given_up(server, cancel):
    gate = Gate()
    server.script("orchestrator", [say("facts"), say("plan"), ModelReply(text="{", gate=gate)])
    _, left = cancel(users.magentic, gate.until_reached)
    assert server.requests[2].disconnected
    assert left == set()


def test_members_that_speak_at_once_are_all_stopped(server, cancel):
    gates = [Gate(), Gate()]
    for name, gate in zip(("left", "right"), gates, strict=True):
        server.script(name, [hang("Par", gate)])

    async def reached():
        for gate in gates:
            await gate.until_reached()

    _, left = cancel(users.graph, reached)
    assert [request.disconnected for request in server.requests] == [True, True]
    assert left == set()


@pytest.mark.parametrize("inside", ["alone", "in a team"])
def test_a_tool_is_cancelled_with_the_turn(server, cancel, inside):
    tool = Endless()

    def target(model):
        agent = AssistantAgent("a", users.client(model), tools=[tool.wait])
        return agent if inside == "alone" else RoundRobinGroupChat([agent], max_turns=1)

    server.script("m", [call("wait", {})])
    host, left = cancel(target, tool.started.wait)
    assert (tool.cancelled, left) == (True, set())
    assert [(one.kind, one.text) for one in host.activities] == [("call", "{}"), ("result", "CancelledError")]


def test_a_failing_team_prints_nothing(server, take, capfd):
    server.script("writer", lambda _body: fail(400))
    with pytest.raises(Exception, match="the script says 400"):
        take(draft(), target=users.writer_and_critic)
    gc.collect()
    assert tuple(capfd.readouterr()) == ("", "")


def test_code_is_killed_with_the_turn(server, cancel, tmp_path):
    started = tmp_path / "started"
    os.mkfifo(started)  # opened for writing, it waits until it is read
    code = f"open({str(started)!r}, 'w').close()\nimport time\ntime.sleep(600)"
    server.script("m", [say(f"```python\n{code}\n```")])
    before = children()
    host, left = cancel(users.coder, lambda: asyncio.to_thread(started.read_text))
    assert [one.kind for one in host.activities] == ["code", "output"]
    assert (len(server.requests), left, children() - before) == (1, set(), set())


@pytest.mark.parametrize("person", ["person", "with_a_person"])
def test_a_person_is_not_waited_for_any_more(cancel, person):
    host = SilentHost()
    _, left = cancel(getattr(users, person), host.asked.wait, host)
    assert left == set()
