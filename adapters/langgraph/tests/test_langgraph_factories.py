"""Functions that make graphs, and what they may be given to decide with."""

from __future__ import annotations

import asyncio
import json

import pytest
from langchain.agents import create_agent
from langchain_openai import ChatOpenAI
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.prebuilt import ToolNode, create_react_agent, tools_condition
from massgen_hub.contract import Reply, Setup
from massgen_hub.errors import TurnError
from massgen_hub.testing import ModelServer, RecordingHost, call, calls, decide, draft, fail, run, say, vote
from massgen_hub_langgraph import ADAPTER
from massgen_hub_langgraph.agent import DECISION_STEPS
from openai import BadRequestError

BALLOT = {"reason": "It is the capital.", "ranking": ["A", "B"]}
BETTER = {"answer": "Paris, on the Seine."}
FENCED = f"Sure:\n```json\n{json.dumps(BALLOT)}\n```\nThat is it."


@pytest.fixture
def server():
    with ModelServer() as server:
        yield server


def look_up(name: str) -> str:
    """Look something up."""
    return f"{name} is well known."


def chat_of(model):
    return ChatOpenAI(model=model.name, base_url=model.base_url, api_key=model.key, max_retries=0)


def agent(model, tools):
    return create_agent(chat_of(model), tools=[look_up, *tools])


def react_agent(model, tools):
    return create_react_agent(chat_of(model), tools=[look_up, *tools])


def graph_of_ones_own(model, tools):
    """As written by hand: its tool node knows nothing of tools that end a run."""
    speaker = chat_of(model).bind_tools([look_up, *tools])

    async def speak(state):
        return {"messages": [await speaker.ainvoke(state["messages"])]}

    graph = StateGraph(MessagesState).add_node("speak", speak).add_node("tools", ToolNode([look_up, *tools]))
    return graph.add_edge(START, "speak").add_conditional_edges("speak", tools_condition).compile()


def filled(model, response_format):
    return create_agent(chat_of(model), tools=[], response_format=response_format)


def both(model, tools, response_format):
    return create_agent(chat_of(model), tools=tools, response_format=response_format)


WITH_TOOLS = [
    agent,
    pytest.param(react_agent, marks=pytest.mark.filterwarnings("ignore:create_react_agent has been moved")),
    graph_of_ones_own,
]


def take(server, make, turn, host=None, **options) -> Reply:
    async def taken():
        setup = Setup(agent="ada", seed=1, model=server.model("m"), target=make)
        async with ADAPTER.open(ADAPTER.options(**options), setup) as opened:
            return await opened(turn, host or RecordingHost())

    return run(taken(), loop="one")


def test_a_factory_may_take_the_model_of_the_config(server):
    take(server, lambda model: create_agent(chat_of(model), tools=[]), draft())
    assert server.requests[0].body["model"] == "m"


@pytest.mark.parametrize("turn", [draft(), vote()], ids=["draft", "vote"])
def test_an_async_factory_is_awaited_in_the_loop_of_the_turns(turn, server):
    async def factory(model, tools):
        loop = asyncio.get_running_loop()

        async def is_here() -> bool:
            """Whether this is where the graph was made."""
            return asyncio.get_running_loop() is loop

        return create_agent(chat_of(model), tools=[is_here, *tools])

    server.script("m", [call("is_here", {}), call("vote", BALLOT) if turn.schema else say("Yes.")])
    host = RecordingHost()
    assert take(server, factory, turn, host) == (Reply(data=BALLOT) if turn.schema else Reply(text="Yes."))
    assert [activity.text for activity in host.activities] == ["{}", "true"]


@pytest.mark.parametrize("make", WITH_TOOLS)
@pytest.mark.parametrize(
    ("said", "reply"),
    [
        (call("vote", BALLOT), Reply(data=BALLOT)),
        (calls(("vote", BALLOT), ("answer", BETTER), text="Well."), Reply(text="Well.", data=[BALLOT, BETTER])),
        (call("vote", "{ranking: [A]}"), Reply(text="{ranking: [A]}")),
        (call("vote", {"ranking": ["Z"]}), Reply(data={"ranking": ["Z"]})),
        (say("I like B."), Reply(text="I like B.")),
        (say(FENCED), Reply(text=FENCED)),
    ],
    ids=["a ballot", "two decisions", "no JSON", "no label", "prose", "fenced JSON"],
)
def test_whatever_is_said_with_tools_to_decide_is_one_call_of_the_model(make, said, reply, server):
    server.script("m", [said])
    assert take(server, make, decide()) == reply
    assert server.requests[0].offered == ["look_up", "vote", "answer"]


@pytest.mark.parametrize(
    "said",
    [json.dumps(BALLOT), "I like B.", FENCED, f"{json.dumps(BALLOT)}\n{json.dumps(BETTER)}"],
    ids=["a ballot", "prose", "fenced JSON", "two decisions"],
)
def test_whatever_is_said_to_a_form_is_one_call_of_the_model(said, server):
    server.script("m", [say(said)])
    assert take(server, filled, vote()) == Reply(text=said)
    assert server.requests[0].body["response_format"]["json_schema"]["schema"]["required"] == ["reason", "ranking"]


def test_a_form_holds_all_kinds_of_decision(server):
    server.script("m", [say(json.dumps(BETTER))])
    assert json.loads(take(server, filled, decide()).text) == BETTER
    form = server.requests[0].body["response_format"]["json_schema"]["schema"]
    assert (list(form["properties"]), form["required"]) == (["reason", "ranking", "answer"], [])


def test_a_factory_that_takes_both_is_given_tools(server):
    server.script("m", [call("vote", BALLOT)])
    assert take(server, both, vote()).data == BALLOT
    assert "response_format" not in server.requests[0].body


@pytest.mark.parametrize("make", [agent, filled])
def test_a_draft_is_asked_for_without_either(make, server):
    server.script("m", [say("Paris")])
    assert take(server, make, draft()).text == "Paris"
    assert not {"vote", "answer"} & set(server.requests[0].offered)
    assert "response_format" not in server.requests[0].body


def test_the_agents_own_tools_may_be_used_before_it_votes(server):
    server.script("m", [call("look_up", {"name": "Paris"}), call("vote", BALLOT)])
    host = RecordingHost()
    assert take(server, agent, vote(), host).data == BALLOT
    assert [(activity.kind, activity.name) for activity in host.activities] == [
        ("call", "look_up"),
        ("result", "look_up"),
    ]


def test_an_agent_that_only_looks_things_up_stops_after_a_few_steps(server):
    server.script("m", lambda _body: call("look_up", {"name": "Paris"}))
    with pytest.raises(TurnError, match=f"took {DECISION_STEPS} steps"):
        take(server, agent, vote())
    assert len(server.requests) == DECISION_STEPS // 2


def test_a_tool_called_vote_is_only_a_tool_to_a_graph_that_is_no_factory(server):
    def vote_for(colour: str) -> str:
        """Vote for a colour."""
        return colour

    vote_for.__name__ = "vote"
    server.script("m", [call("vote", {"colour": "red"}), say('{"ranking": ["A"]}')])
    graph = create_agent(chat_of(server.model("m")), tools=[vote_for])
    assert take(server, graph, vote()).text == '{"ranking": ["A"]}'


def test_a_failure_of_the_model_is_one_with_tools_as_well(server):
    server.script("m", [fail(400)])
    with pytest.raises(BadRequestError):
        take(server, agent, vote())
