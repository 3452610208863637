"""Checkpointers of the user's own: left alone, or kept with a thread for each turn."""

from __future__ import annotations

from dataclasses import replace
from typing import TypedDict

import pytest
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import START, StateGraph
from langgraph.types import interrupt
from massgen_hub.contract import Setup
from massgen_hub.errors import ConfigError
from massgen_hub.testing import RecordingHost, draft, run
from massgen_hub_langgraph import ADAPTER


class State(TypedDict, total=False):
    question: str
    answer: str


def graph(node, **compiled):
    return StateGraph(State).add_node("node", node).add_edge(START, "node").compile(**compiled)


def take(target, *turns, host=None, **options):
    async def taken():
        opened = ADAPTER.options(input="question", output="answer", **options)
        async with ADAPTER.open(opened, Setup(agent="ada", seed=1, target=target)) as agent:
            return [(await agent(turn, host or RecordingHost())).text for turn in turns]

    return run(taken(), loop="one")


def echo(state):
    return {"answer": f"{state.get('answer', '')} {state['question']}".strip()}


def threads(memory):
    return {saved.config["configurable"]["thread_id"] for saved in memory.list(None)}


def test_checkpoints_are_dropped_unless_they_are_to_be_kept():
    memory = InMemorySaver()
    take(graph(echo, checkpointer=memory), draft())
    assert threads(memory) == set()


def test_kept_checkpoints_have_a_thread_for_each_turn():
    memory = InMemorySaver()
    take(graph(echo, checkpointer=memory), draft(run="r"), draft(run="r", round=2, attempt=3), checkpoints="keep")
    assert threads(memory) == {"r/ada/1/1", "r/ada/2/3"}


def test_a_kept_thread_holds_the_state_of_the_graph():
    memory = InMemorySaver()
    kept = graph(echo, checkpointer=memory)
    take(kept, draft(run="r", prompt="Why?"), checkpoints="keep")
    assert kept.get_state({"configurable": {"thread_id": "r/ada/1/1"}}).values == {"question": "Why?", "answer": "Why?"}


def test_a_turn_that_is_taken_again_starts_anew():
    turn = draft(prompt="Why?")
    kept = graph(echo, checkpointer=InMemorySaver())
    assert take(kept, turn, replace(turn, prompt="How?"), checkpoints="keep") == ["Why?", "How?"]


def test_a_question_is_asked_with_kept_checkpoints_too():
    kept = graph(lambda _: {"answer": interrupt("May I?")}, checkpointer=InMemorySaver())
    assert take(kept, draft(), host=RecordingHost(answers=["yes"]), checkpoints="keep") == ["yes"]


def test_there_are_no_checkpoints_to_keep_without_a_checkpointer():
    with pytest.raises(ConfigError, match="`checkpoints: keep` needs a graph with a checkpointer"):
        take(graph(echo), draft(), checkpoints="keep")
