"""Graphs of the user's own."""

from __future__ import annotations

import asyncio
import threading
from typing import Any, TypedDict

import pytest
from langchain.agents import create_agent
from langchain_core.messages import AIMessage
from langchain_openai import ChatOpenAI
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import END, START, MessagesState, StateGraph
from massgen_hub.contract import Reply, Setup
from massgen_hub.errors import ConfigError, TurnError
from massgen_hub.testing import Gate, ModelServer, RecordingHost, call, draft, hang, run, say, vote
from massgen_hub_langgraph import ADAPTER

OWN = {"input": "question", "output": "answer"}


class Asked(TypedDict, total=False):
    question: str
    answer: Any
    handle: Any


@pytest.fixture
def server():
    with ModelServer() as server:
        yield server


@pytest.fixture
def chat(server):
    return ChatOpenAI(model="m", base_url=server.base_url, api_key="k", max_retries=0)


def take(graph, turn=None, host=None, **options) -> Reply:
    async def taken():
        setup = Setup(agent="ada", seed=1, target=graph)
        async with ADAPTER.open(ADAPTER.options(**options), setup) as agent:
            return await agent(turn or draft(), host or RecordingHost())

    return run(taken(), loop="one")


def one_node(node, state=Asked, **compiled):
    return StateGraph(state).add_node("node", node).add_edge(START, "node").add_edge("node", END).compile(**compiled)


def test_a_state_may_hold_what_cannot_be_serialised():
    graph = (
        StateGraph(Asked)
        .add_node("open", lambda _: {"handle": (text for text in ["from a generator"])})
        .add_node("read", lambda state: {"answer": next(state["handle"])})
        .add_edge(START, "open")
        .add_edge("open", "read")
        .compile()
    )
    assert take(graph, **OWN).text == "from a generator"


def test_a_synchronous_node_streams_and_reports_usage(server, chat):
    server.script("m", [say("two words")])
    chat.stream_usage = True
    host = RecordingHost()
    graph = one_node(lambda state: {"answer": chat.invoke(state["question"]).text})
    assert take(graph, host=host, **OWN).text == "two words"
    assert [text for _, text in host.said] == ["two ", "words"]
    assert host.tokens == [server.requests[0].usage]


def test_a_synchronous_node_makes_no_more_calls_once_its_turn_is_cancelled(server, chat):
    gate, ended = Gate(), threading.Event()
    server.script("m", [hang("Par", gate), say("never")])

    def node(state):
        try:
            return {"answer": chat.invoke(state["question"]).text + chat.invoke(state["question"]).text}
        finally:
            ended.set()

    async def cancelled():
        setup = Setup(agent="ada", seed=1, target=one_node(node))
        async with ADAPTER.open(ADAPTER.options(**OWN), setup) as agent:
            turn = asyncio.create_task(agent(draft(), RecordingHost()))
            await asyncio.to_thread(gate.reached.wait)
            turn.cancel()
            await asyncio.wait([turn])
            gate.released.set()
            return turn.cancelled() and await asyncio.to_thread(ended.wait, 5)

    assert run(cancelled(), loop="one")
    assert len(server.requests) == 1


def test_usage_that_a_model_does_not_tell_is_unknown(server, chat):
    host = RecordingHost()
    take(create_agent(chat, tools=[]), host=host)
    assert (host.spent[0].input, host.spent[0].output, host.spent[0].calls) == (None, None, 1)


def test_an_agent_inside_a_graph_streams_and_its_tools_are_noted(server, chat):
    def add(x: int, y: int) -> int:
        """Add two numbers."""
        return x + y

    server.script("m", [call("add", {"x": 2, "y": 3}), say("It is 5.")])
    host = RecordingHost()
    graph = one_node(create_agent(chat, tools=[add]), MessagesState)
    assert take(graph, host=host).text == host.text == "It is 5."
    assert [activity.kind for activity in host.activities] == ["call", "result"]


def test_an_answer_that_no_model_said_is_streamed_in_the_end(server, chat):
    server.script("m", [say("Paris")])
    host = RecordingHost()
    graph = one_node(lambda state: {"answer": f"{chat.invoke(state['question']).text}!"})
    take(graph, host=host, **OWN)
    assert host.said == [(0, "Paris"), (1, "Paris!")]


def test_parallel_nodes_stream_as_parts_of_their_own(server, chat):
    def add_answer(old: str | None, new: str) -> str:
        return f"{old or ''}{new}"

    replies = iter([say("one one"), say("two two")])
    server.script("m", lambda _body: next(replies))

    async def speak(_state):
        return {"messages": [await chat.ainvoke("hi")]}

    graph = (
        StateGraph(MessagesState).add_node("a", speak).add_node("b", speak).add_edge(START, "a").add_edge(START, "b")
    )
    host = RecordingHost()
    reply = take(graph.compile(), host=host)
    parts = ["".join(text for part, text in host.said if part == number) for number in (0, 1)]
    assert sorted(parts) == ["one one", "two two"]
    assert host.text == reply.text


def test_a_decision_is_asked_for_as_text(server, chat):
    server.script("m", [say('{"ranking": ["A"]}')])
    assert take(create_agent(chat, tools=[]), vote()) == Reply(text='{"ranking": ["A"]}')
    assert not {"tools", "response_format"} & set(server.requests[0].body)


def test_the_users_graph_and_its_memory_stay_as_they_are(chat):
    memory = InMemorySaver()
    graph = create_agent(chat, tools=[], checkpointer=memory)
    before = dict(vars(graph))
    take(graph)
    assert vars(graph) == before
    assert list(memory.list(None)) == []


def test_the_memory_of_a_graph_inside_stays_as_it_is(chat):
    memory = InMemorySaver()
    take(one_node(create_agent(chat, tools=[], checkpointer=memory), MessagesState))
    assert list(memory.list(None)) == []


def test_a_graph_without_an_end_stops_at_the_recursion_limit():
    graph = StateGraph(Asked).add_node("a", lambda _: {}).add_edge(START, "a").add_edge("a", "a").compile()
    with pytest.raises(TurnError, match="took 5 steps"):
        take(graph, recursion_limit=5, **OWN)


def test_a_message_of_a_model_is_the_answer_under_any_key():
    assert take(one_node(lambda _: {"answer": AIMessage("Paris")}), **OWN).text == "Paris"


def test_an_option_that_only_builds_agents_is_refused(chat):
    with pytest.raises(ConfigError, match="`temperature` has no effect on an agent of your own"):
        take(create_agent(chat, tools=[]), temperature=0.5)


def test_an_object_that_is_no_graph_is_refused():
    with pytest.raises(ConfigError, match=r"instance of `langgraph\.Pregel`"):
        take(StateGraph(Asked))
