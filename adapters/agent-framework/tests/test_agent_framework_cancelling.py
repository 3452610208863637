"""A cancelled turn ends at once, hangs up, and leaves nothing behind."""

from __future__ import annotations

import agent_framework_users as users
import pytest
from agent_framework_orchestrations import ConcurrentBuilder
from massgen_hub.contract import Usage
from massgen_hub.testing import Endless, Gate, call, draft, hang, vote


async def all_reached(*gates):
    for gate in gates:
        await gate.until_reached()


@pytest.mark.parametrize("turn", [draft(), vote()], ids=["draft", "vote"])
@pytest.mark.parametrize("make", [users.an_agent, users.sequence], ids=["agent", "workflow"])
def test_in_the_middle_of_a_reply_it_hangs_up_on_the_model(server, take, turn, make):
    gate = Gate()
    server.script("m", [hang("Par", gate)])
    server.script("a", [hang("Par", gate)])
    _, left = take.cancelled(turn, gate.until_reached, target=make(server, "a"))
    assert server.requests[0].disconnected
    assert left == set()


def test_it_hangs_up_on_all_that_work_at_once(server, take):
    gates = Gate(), Gate()
    for model, gate in zip("ab", gates, strict=True):
        server.script(model, [hang("Par", gate)])
    workflow = ConcurrentBuilder(participants=users.team(server, "a", "b")).build()
    _, left = take.cancelled(draft(), lambda: all_reached(*gates), target=workflow)
    assert [request.disconnected for request in server.requests] == [True, True]
    assert left == set()


def test_it_hangs_up_on_the_model_of_an_agent_that_is_a_tool(server, take):
    gate = Gate()
    expert = users.an_agent(server, "expert", "expert", description="Knows.")
    server.script("m", [call("expert", {"task": "Capital?"})])
    server.script("expert", [hang("Par", gate)])
    manager = users.an_agent(server, tools=[expert.as_tool()])
    host, left = take.cancelled(draft(), gate.until_reached, target=manager)
    assert server.requests[1].disconnected
    assert left == set()
    assert host.spent == [Usage(input=101, output=11, cached=1, calls=1, model="m")]
    assert [(activity.kind, activity.text) for activity in host.activities][1] == ("result", "CancelledError")


def test_a_tool_is_cancelled_with_it(server, take):
    tool = Endless()
    server.script("m", [call("wait", {})])
    host, left = take.cancelled(draft(), tool.started.wait, target=users.an_agent(server, tools=[tool.wait]))
    assert (tool.cancelled, left) == (True, set())
    assert [activity.kind for activity in host.activities] == ["call", "result"]
