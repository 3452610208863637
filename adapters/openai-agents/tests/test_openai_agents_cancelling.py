"""A cancelled turn ends at once, hangs up, and leaves nothing behind."""

from __future__ import annotations

import openai_agents_users as users
import pytest
from agents import Agent, function_tool
from massgen_hub.contract import Usage
from massgen_hub.testing import Endless, Gate, call, draft, hang, vote


@pytest.mark.parametrize("turn", [draft(), vote()], ids=["draft", "vote"])
@pytest.mark.parametrize("target", [users.expert, users.front], ids=["alone", "with handoffs"])
def test_in_the_middle_of_a_reply_it_hangs_up_on_the_model(server, take, turn, target):
    gate = Gate()
    server.script("m", [hang("Par", gate)])
    _, left = take.cancelled(turn, gate.until_reached, target=target)
    assert server.requests[0].disconnected
    assert left == set()


def test_it_hangs_up_on_the_model_of_an_agent_that_is_a_tool(server, take):
    gate = Gate()
    server.script("m", [call("ask_expert", {"input": "Capital?"}), hang("Par", gate)])
    host, left = take.cancelled(draft(), gate.until_reached, target=users.manager)
    assert server.requests[1].disconnected
    assert left == set()
    assert host.spent == [Usage(input=101, output=11, cached=1, calls=1, model="m")]
    assert [(activity.kind, activity.text) for activity in host.activities][1] == ("result", "CancelledError")


def test_a_tool_is_cancelled_with_it(server, take):
    tool = Endless()
    server.script("m", [call("wait", {})])
    host, left = take.cancelled(draft(), tool.started.wait, target=Agent(name="a", tools=[function_tool(tool.wait)]))
    assert (tool.cancelled, left) == (True, set())
    assert [activity.kind for activity in host.activities] == ["call", "result"]
