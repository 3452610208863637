"""Questions that a graph puts to a person."""

from __future__ import annotations

from inspect import signature
from operator import add
from typing import Annotated, Any, TypedDict

import pytest
from langchain.agents import create_agent
from langchain.agents.middleware import HumanInTheLoopMiddleware
from langchain_openai import ChatOpenAI
from langgraph.graph import START, StateGraph
from langgraph.types import interrupt
from massgen_hub.contract import Setup
from massgen_hub.errors import NotAvailable, TurnError
from massgen_hub.testing import ModelServer, RecordingHost, call, draft, run, say
from massgen_hub_langgraph import ADAPTER


class State(TypedDict, total=False):
    question: str
    answer: Annotated[list[Any], add]


def asks(what, **compiled):
    return graph({"node": lambda _: {"answer": [interrupt(what)]}}, **compiled)


def graph(nodes, **compiled):
    made = StateGraph(State)
    for name, node in nodes.items():
        made = made.add_node(name, node).add_edge(START, name)
    return made.compile(**compiled)


def take(target, host, **options) -> str:
    async def taken():
        async with ADAPTER.open(ADAPTER.options(**options), Setup(agent="ada", seed=1, target=target)) as agent:
            return await agent(draft(), host)

    return run(taken(), loop="one").text


def take_own(target, host):
    return take(target, host, input="question", output="answer")


def test_an_interrupt_is_asked_and_its_answer_goes_back():
    host = RecordingHost(answers=["yes"])
    assert take_own(asks("May I?"), host) == '["yes"]'
    assert [question.text for question in host.questions] == ["May I?"]


def test_an_interrupt_that_is_no_text_is_asked_as_json_with_its_data():
    host = RecordingHost(answers=["yes"])
    take_own(asks({"may": "I"}), host)
    assert (host.questions[0].text, host.questions[0].data) == ('{"may": "I"}', {"may": "I"})


def test_an_interrupt_that_nobody_answers_fails_the_turn_with_the_question():
    with pytest.raises(NotAvailable, match=r"nobody answers: May I\?"):
        take_own(asks("May I?"), RecordingHost())


def test_interrupts_at_the_same_time_are_all_asked():
    nodes = {name: lambda _, name=name: {"answer": [f"{name}={interrupt(name)}"]} for name in ("a", "b")}
    host = RecordingHost(answers=["1", "2"])
    assert take_own(graph(nodes), host) == '["a=1", "b=2"]'


def test_interrupts_one_after_the_other_are_all_asked():
    node = {"node": lambda _: {"answer": [interrupt("first?"), interrupt("second?")]}}
    assert take_own(graph(node), RecordingHost(answers=["1", "2"])) == '["1", "2"]'


def test_an_interrupt_of_a_graph_inside_is_asked():
    host = RecordingHost(answers=["yes"])
    assert take_own(graph({"inner": asks("May I?")}), host) == '["yes"]'


def test_what_a_state_holds_is_the_same_object_after_a_question():
    handle = object()
    before = StateGraph(State).add_node("open", lambda _: {"answer": [handle]})
    made = before.add_node("ask", lambda state: {"answer": [interrupt("?"), state["answer"][0] is handle]})
    opened = made.add_edge(START, "open").add_edge("open", "ask").compile()
    assert take_own(opened, RecordingHost(answers=["yes"])).endswith('"yes", true]')


def test_a_breakpoint_asks_whether_to_go_on():
    host = RecordingHost(answers=["yes"])
    stopping = graph({"node": lambda _: {"answer": ["done"]}}, interrupt_before=["node"])
    assert take_own(stopping, host) == '["done"]'
    assert "node" in host.questions[0].text
    assert host.questions[0].choices == ("yes", "no")


def test_a_breakpoint_that_is_not_passed_fails_the_turn():
    stopping = graph({"node": lambda _: {"answer": ["done"]}}, interrupt_before=["node"])
    with pytest.raises(TurnError, match="stopped at a breakpoint"):
        take_own(stopping, RecordingHost(answers=["no"]))


ONCE_A_CALL = pytest.param(
    {"interrupt_mode": "per_call"},
    marks=pytest.mark.skipif(
        "interrupt_mode" not in signature(HumanInTheLoopMiddleware).parameters,
        reason="this LangChain asks about all calls at once",
    ),
    id="per_call",
)


@pytest.mark.parametrize("mode", [pytest.param({}, id="batched"), ONCE_A_CALL])
@pytest.mark.parametrize(
    ("answer", "result"),
    [("approve", "sent"), ("reject", "User rejected the tool call"), ("not today", "with reason: not today")],
)
def test_an_approval_of_langchain_decides_over_the_tool(mode, answer, result):
    host = RecordingHost(answers=[answer])
    with ModelServer() as server:
        server.script("m", [call("send", {"to": "bob"}), say("done")])
        assert take(mailer(server, mode), host) == "done"
        assert result in server.requests[1].body["messages"][-1]["content"]
    assert host.questions[0].choices == ("approve", "reject")
    assert host.questions[0].data == {"name": "send", "args": {"to": "bob"}}


def mailer(server, mode):
    def send(to: str) -> str:
        """Send a mail."""
        return "sent"

    chat = ChatOpenAI(model="m", base_url=server.base_url, api_key="k", max_retries=0)
    gate = HumanInTheLoopMiddleware({"send": True}, **mode)
    return create_agent(chat, tools=[send], middleware=[gate])
