"""Where a graph takes the prompt and leaves its answer: states of any schema."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypedDict

import pytest
from langchain.agents import create_agent
from langchain.agents.structured_output import ProviderStrategy, ToolStrategy
from langchain_openai import ChatOpenAI
from langgraph.func import entrypoint
from langgraph.graph import START, StateGraph
from langgraph.prebuilt import create_react_agent
from massgen_hub.contract import Reply, Setup
from massgen_hub.errors import ConfigError, TurnError
from massgen_hub.testing import ModelServer, RecordingHost, call, draft, run, say, vote
from massgen_hub_langgraph import ADAPTER
from pydantic import BaseModel

KEYS = {"input": "question", "output": "answer"}


class Typed(TypedDict, total=False):
    question: str
    answer: Any


class Modelled(BaseModel):
    question: str
    answer: Any = None


@dataclass
class Plain:
    question: str
    answer: Any = None


class OnlyQuestion(TypedDict):
    question: str


class OnlyAnswer(TypedDict):
    answer: Any


class Letters(TypedDict, total=False):
    letter: dict[str, str]
    reply: str


class City(BaseModel):
    """A city."""

    city: str


@pytest.fixture(autouse=True)
def users(monkeypatch):
    """Functions of `langgraph_users`, as a config finds them beside it."""
    monkeypatch.syspath_prepend(Path(__file__).parent)


@pytest.fixture
def server():
    with ModelServer() as server:
        yield server


@pytest.fixture
def chat(server):
    return ChatOpenAI(model="m", base_url=server.base_url, api_key="k", max_retries=0)


def take(graph, turn=None, host=None, **options) -> Reply:
    async def taken():
        async with ADAPTER.open(ADAPTER.options(**options), Setup(agent="ada", seed=1, target=graph)) as agent:
            return await agent(turn or draft(), host or RecordingHost())

    return run(taken(), loop="one")


def one_node(node, state, **schemas):
    return StateGraph(state, **schemas).add_node("node", node).add_edge(START, "node").compile()


def question_of(state):
    return state["question"] if isinstance(state, dict) else state.question


@pytest.mark.parametrize("state", [Typed, Modelled, Plain])
def test_a_state_of_any_kind_is_asked_and_read_by_its_keys(state):
    graph = one_node(lambda state: {"answer": f"re: {question_of(state)}"}, state)
    assert take(graph, draft(prompt="Why?"), **KEYS).text == "re: Why?"


def test_the_schemas_of_input_and_output_may_be_less_than_the_state():
    graph = one_node(
        lambda state: {"answer": f"re: {state['question']}"}, Typed, input_schema=OnlyQuestion, output_schema=OnlyAnswer
    )
    assert take(graph, draft(prompt="Why?"), **KEYS).text == "re: Why?"


def test_a_key_that_the_graph_has_but_does_not_take_is_no_input():
    graph = one_node(lambda _: {}, Typed, input_schema=OnlyQuestion)
    with pytest.raises(ConfigError, match=r"no `answer`, its `input`\s+hint: .* keys \(question\)"):
        take(graph, input="answer", output="answer")


def test_the_keys_of_a_state_are_named_when_they_are_not_right():
    with pytest.raises(ConfigError, match=r"`input` to one of its keys \(question, answer\)"):
        take(one_node(lambda _: {}, Typed))


def test_a_graph_that_leaves_no_answer_fails_the_turn():
    with pytest.raises(TurnError, match="ended without `answer`"):
        take(one_node(lambda _: {}, Typed), **KEYS)


@pytest.mark.parametrize("answer", [City(city="Köln"), {"city": "Köln"}])
def test_an_answer_that_is_no_text_becomes_json(answer):
    assert take(one_node(lambda _: {"answer": answer}, Typed), **KEYS).text == '{"city": "Köln"}'


def test_functions_go_from_the_prompt_to_the_input_and_from_the_state_to_the_answer():
    graph = one_node(lambda state: {"reply": state["letter"]["body"]}, Letters)
    functions = {"input": "langgraph_users:letter", "output": "langgraph_users:reply"}
    assert take(graph, draft(prompt="Why?"), **functions).text == '{"said": "Why?"}'


def test_a_function_that_takes_the_turn_is_given_all_of_it():
    graph = one_node(lambda state: {"reply": state["letter"]["body"]}, Letters)
    given = take(graph, draft("Why?", round=3), input="langgraph_users:labelled", output="reply")
    assert given.text == "draft 3: Why?"


def test_something_else_than_a_function_is_refused():
    with pytest.raises(ConfigError, match="`output: langgraph_users:number` is a `int`"):
        take(one_node(lambda _: {}, Typed), input="question", output="langgraph_users:number")


@entrypoint()
async def workflow(question: str) -> str:
    return f"re: {question}"


def test_a_function_as_an_entrypoint_goes_from_text_to_text():
    assert take(workflow, draft(prompt="Why?")).text == "re: Why?"


def test_functions_stand_around_an_entrypoint_too():
    functions = {"input": "langgraph_users:shouted", "output": "langgraph_users:shouted"}
    assert take(workflow, draft(prompt="Why?"), **functions).text == "RE: WHY?"


def test_an_entrypoint_has_no_keys():
    with pytest.raises(ConfigError, match="`input: question` has no effect"):
        take(workflow, input="question")


CITY = '{"city": "Köln"}'
REACT = pytest.mark.filterwarnings("ignore:create_react_agent has been moved", "ignore:Pydantic serializer warnings")


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda chat: create_agent(chat, tools=[], response_format=ToolStrategy(City)), [call("City", CITY)]),
        (lambda chat: create_agent(chat, tools=[], response_format=ProviderStrategy(City)), [say(CITY)]),
        pytest.param(
            lambda chat: create_react_agent(chat, tools=[], response_format=City),
            [say("Köln!"), say(CITY)],
            marks=REACT,
        ),
    ],
    ids=["a tool", "the provider", "create_react_agent"],
)
def test_a_structured_reply_comes_through_as_json(make, said, server, chat):
    server.script("m", said)
    host = RecordingHost()
    assert take(make(chat), host=host).text == host.text == CITY


def test_a_form_of_the_users_own_does_not_swallow_a_ballot(server, chat):
    server.script("m", [say('{"ranking": ["A"]}')])
    graph = create_agent(chat, tools=[], response_format=ProviderStrategy(City))
    assert take(graph, vote()).text == '{"ranking": ["A"]}'


def test_a_draft_that_does_not_fit_the_form_fails(server, chat):
    server.script("m", [say("Cologne")])
    with pytest.raises(Exception, match="Failed to parse structured output"):
        take(create_agent(chat, tools=[], response_format=ProviderStrategy(City)))


@REACT
def test_graphs_of_create_react_agent_are_graphs_as_well(server, chat):
    server.script("m", [say("Paris")])
    host = RecordingHost()
    assert take(create_react_agent(chat, tools=[]), host=host).text == host.text == "Paris"
