"""Agents that exist already: a LangGraph graph and the function that makes another."""

from langgraph.graph import END, START, StateGraph
from typing_extensions import TypedDict


class Geography(TypedDict):
    """A state of its own, without messages."""

    question: str
    answer: str


CAPITALS = {"France": "Paris", "Italy": "Rome"}


def look_up(state: Geography) -> dict[str, str]:
    """The capital of the first country that the question names; the first label where it is asked to vote."""
    if '"ranking"' in state["question"]:
        return {"answer": '{"reason": "It came first.", "ranking": ["A"]}'}
    found = (capital for country, capital in CAPITALS.items() if country in state["question"])
    return {"answer": next(found, "I do not know.")}


atlas = StateGraph(Geography).add_node("look_up", look_up).add_edge(START, "look_up").add_edge("look_up", END).compile()


def another_atlas():
    """A factory may take the hub's `model`; this one needs none."""
    return atlas.copy(update={"name": "another"})
