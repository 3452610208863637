"""LangGraph: `Send` to every agent twice, with its in-memory saver."""

import operator
from typing import Annotated, TypedDict

from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import END, START, StateGraph
from langgraph.types import Send
from workload import ballot, draft, question, winner


class Council(TypedDict, total=False):
    count: int
    spread: tuple
    drafts: Annotated[list, operator.add]
    ballots: Annotated[list, operator.add]


def prepare(count):
    """The compiled graph."""
    graph = StateGraph(Council)
    graph.add_node("draft", _draft)
    graph.add_node("gather", lambda _: {})
    graph.add_node("vote", _vote)
    graph.add_conditional_edges(START, lambda s: [Send("draft", {"n": n, **s}) for n in range(s["count"])], ["draft"])
    graph.add_edge("draft", "gather")
    graph.add_conditional_edges("gather", _voters, ["vote"])
    graph.add_edge("vote", END)
    return graph.compile(checkpointer=InMemorySaver())


def _voters(state):
    prompt = question(state["drafts"])
    return [Send("vote", {"n": n, "prompt": prompt, "spread": state["spread"]}) for n in range(state["count"])]


async def _draft(state):
    return {"drafts": [await draft(state["n"], state["spread"])]}


async def _vote(state):
    return {"ballots": [await ballot(state["n"], state["prompt"], state["spread"])]}


async def run(count, spread=None):
    """Compile, two supersteps and a count."""
    graph = prepare(count)
    config = {"configurable": {"thread_id": "1"}, "max_concurrency": count, "recursion_limit": 50}
    state = await graph.ainvoke({"count": count, "spread": spread, "drafts": [], "ballots": []}, config)
    return winner(state["ballots"])
