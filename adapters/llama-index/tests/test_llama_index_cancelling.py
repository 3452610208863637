"""A cancelled turn ends at once, hangs up, and leaves nothing behind."""

import llama_index_users as users
import pytest
from llama_index.core.agent.workflow import FunctionAgent
from massgen_hub.testing import Endless, Gate, SilentHost, call, draft, hang, vote


@pytest.mark.parametrize("turn", [draft(), vote()], ids=["draft", "vote"])
@pytest.mark.parametrize(
    "target",
    [users.assistant, users.team, users.Flow, lambda llm: users.Holding(FunctionAgent(llm=llm))],
    ids=["agent", "team", "workflow", "an agent in a workflow"],
)
def test_in_the_middle_of_a_reply_it_hangs_up_on_the_model(server, take, target, turn):
    gate = Gate()
    server.script("m", [hang("Par", gate)])
    _, left = take.cancelled(turn, gate.until_reached, target=target)
    assert server.requests[0].disconnected
    assert left == set()


def test_a_tool_is_cancelled_with_it(server, take):
    tool = Endless()
    server.script("m", [call("wait", {})])
    target = lambda llm: FunctionAgent(llm=llm, tools=[tool.wait])  # noqa: E731
    _, left = take.cancelled(draft(), tool.started.wait, target=target)
    assert (tool.cancelled, left) == (True, set())


def test_it_may_be_cancelled_while_a_person_is_asked(take):
    person = SilentHost()
    _, left = take.cancelled(draft(), person.asked.wait, host=person, target=users.Approved(), model=None)
    assert left == set()
