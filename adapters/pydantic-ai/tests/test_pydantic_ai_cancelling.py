"""A cancelled turn ends at once, hangs up, and leaves nothing behind."""

from __future__ import annotations

import pytest
from massgen_hub.testing import Endless, Gate, call, draft, hang, vote
from massgen_hub_pydantic_ai.conformance import manager
from pydantic_ai import Agent


@pytest.mark.parametrize("turn", [draft(), vote()], ids=["draft", "vote"])
def test_in_the_middle_of_a_reply_it_hangs_up_on_the_model(server, take, turn):
    gate = Gate()
    server.script("m", [hang("Par", gate)])
    _, left = take.cancelled(turn, gate.until_reached, target=Agent())
    assert server.requests[0].disconnected
    assert left == set()


def test_it_hangs_up_on_the_model_of_an_agent_that_is_a_tool(server, take):
    gate = Gate()
    server.script("m", [call("consult", {"question": "Capital?"}), hang("Par", gate)])
    host, left = take.cancelled(draft(), gate.until_reached, target=manager)
    assert server.requests[1].disconnected
    assert [activity.kind for activity in host.activities] == ["call", "result"]
    assert left == set()


def test_a_tool_is_cancelled_with_it(server, take):
    tool = Endless()
    server.script("m", [call("wait", {})])
    host, left = take.cancelled(draft(), tool.started.wait, target=Agent(tools=[tool.wait]))
    assert (tool.cancelled, left) == (True, set())
    assert [activity.kind for activity in host.activities] == ["call", "result"]
