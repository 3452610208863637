"""Ballots and better answers of agents."""

import pytest
from crewai import Agent
from crewai.tools import tool
from massgen_hub.contract import Setup
from massgen_hub.testing import ModelReply, RecordingHost, call, decide, draft, fail, run, say, vote
from massgen_hub_crewai import ADAPTER

BALLOT = {"reason": "It is the capital.", "ranking": ["B", "A"]}


@tool("look up")
def look_up(name: str) -> str:
    """Look a city up."""
    return f"{name} is a city."


@tool("vote")
def own_vote(colour: str) -> str:
    """Vote for a colour."""
    return colour


def member(llm, **about):
    return Agent(**{"role": "guide", "goal": "g", "backstory": "b", "llm": llm, **about})


def test_a_vote_may_look_things_up_first(server, llm, take):
    server.script("m", [call("look_up", {"name": "Paris"}), call("vote", BALLOT)])
    host = RecordingHost()
    assert take(vote(), host=host, target=member(llm, tools=[look_up])).data == BALLOT
    assert [(each.kind, each.name) for each in host.activities] == [("call", "look_up"), ("result", "look_up")]


def test_a_vote_is_one_call_of_the_model(server, llm, take):
    server.script("m", [call("vote", BALLOT)])
    take(vote(), target=member(llm))
    assert [request.offered for request in server.requests] == [["vote"]]


def test_a_turn_that_allows_both_offers_both(server, llm, take):
    server.script("m", [call("answer", {"answer": "Paris."})])
    assert take(decide(), target=member(llm)).data == {"answer": "Paris."}
    assert sorted(server.requests[0].offered) == ["answer", "vote"]


def test_a_decision_is_demanded_of_the_model_and_an_answer_is_not(server, llm, take):
    server.script("m", [call("look_up", {"name": "Paris"}), say("Paris."), call("vote", BALLOT)])
    take(draft(), target=member(llm, tools=[look_up]))
    take(vote(round=2), target=member(llm, tools=[look_up]))
    assert [request.body.get("tool_choice") for request in server.requests] == ["auto", "auto", "required"]


def test_a_tool_of_the_users_called_vote_makes_way(server, llm, take):
    server.script("m", [call("vote", BALLOT)])
    agent = member(llm, tools=[own_vote])
    assert take(vote(), target=agent).data == BALLOT
    assert agent.tools == [own_vote]


def test_arguments_that_are_no_json_are_left_to_the_hub(server, llm, take):
    server.script("m", [call("vote", '{"ranking": ["B"')])
    assert take(vote(), target=member(llm)).text == '{"ranking": ["B"'


def test_a_guardrail_sees_no_ballot(server, llm, take):
    server.script("m", [call("vote", BALLOT)])
    agent = member(llm, guardrail=lambda _output: (False, "never"))
    assert take(vote(), target=agent).data == BALLOT


@pytest.mark.parametrize("status", [400, 404, 422])
def test_a_server_that_refuses_tools_is_asked_for_text_from_then_on(status, server, llm):
    server.script("m", lambda body: fail(status) if body.get("tools") else say('{"ranking": ["B", "A"]}'))

    async def twice():
        async with ADAPTER.open(ADAPTER.options(), Setup(agent="ada", seed=1, target=member(llm))) as agent:
            return [(await agent(vote(), RecordingHost())).text for _ in range(2)]

    assert run(twice(), loop="one") == ['{"ranking": ["B", "A"]}'] * 2
    assert [request.offered for request in server.requests] == [["vote"], [], []]


def test_a_server_that_says_so_is_told_of_the_tools_in_text(server, llm, take):
    refused = "registry.ollama.ai/library/m does not support tools"
    spoken = 'Thought: B.\nAction: vote\nAction Input: {"reason": "r", "ranking": ["B", "A"]}'
    server.script("m", lambda body: ModelReply(status=400, text=refused) if body.get("tools") else say(spoken))
    host = RecordingHost()
    assert take(vote(), host=host, target=member(llm)).text == '{"reason": "r", "ranking": ["B", "A"]}'
    assert host.activities == []
