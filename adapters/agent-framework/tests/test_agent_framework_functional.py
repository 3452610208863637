"""Workflows that are functions: what they answer, who votes for them, and whom they ask."""

from __future__ import annotations

import asyncio
from typing import Any

import agent_framework_team as their_module
import agent_framework_users as users
import pytest
from agent_framework import SKIP_PARSING, Message, RunContext, step, workflow
from agent_framework_team import ask_all
from massgen_hub.contract import Question, Reply, Setup
from massgen_hub.errors import ConfigError
from massgen_hub.testing import RecordingHost, call, draft, fail, run, say, vote
from massgen_hub_agent_framework import ADAPTER
from massgen_hub_agent_framework.copying import Copies

pytestmark = pytest.mark.filterwarnings("ignore:.*FUNCTIONAL_WORKFLOWS")
BALLOT = {"reason": "It is the capital.", "ranking": ["A", "B"]}


def poem(server):
    """A writer is called by a step, a reviewer by the function itself."""
    writer, reviewer = users.team(server, "writer", "reviewer")

    @step
    async def written(topic: str) -> str:
        return (await writer.run(topic)).text

    @workflow
    async def poem(topic: str) -> str:
        text = await written(topic)
        return f"{text} {(await reviewer.run(text)).text}"

    return poem


def asked(server):
    return [request.body["model"] for request in server.requests]


@pytest.mark.parametrize(
    "given", [lambda flow: flow, lambda flow: flow.build(), lambda flow: flow.build().as_agent("poet")]
)
def test_its_result_is_the_answer_and_all_whom_it_asks_are_counted(server, take, given):
    server.script("writer", [say("Roses.")])
    server.script("reviewer", [say("Good.")])
    host = RecordingHost()
    assert take(draft(), host=host, target=given(poem(server))).text == host.text == "Roses. Good."
    assert sorted(host.tokens) == server.tokens


def test_the_agent_that_it_names_last_votes_alone(server, take):
    server.script("reviewer", [call("vote", BALLOT)])
    assert take(vote(), target=poem(server)) == Reply(data=BALLOT)
    assert asked(server) == ["reviewer"]


def test_an_agent_of_one_of_its_steps_may_be_named(server, take):
    server.script("writer", [call("vote", BALLOT)])
    assert take(vote(), target=poem(server), voter="writer").data == BALLOT


def test_an_agent_in_a_list_that_it_names_may_vote_and_stays_as_it_is(server, take):
    team = users.team(server, "a", "b")
    before = [dict(agent.default_options) for agent in team]

    @workflow
    async def chat(question: str) -> str:
        return "\n".join([(await agent.run(question)).text for agent in team])

    server.script("b", [call("vote", BALLOT)])
    assert take(vote(), target=chat).data == BALLOT
    assert [dict(agent.default_options) for agent in team] == before


async def relay(question: str) -> str:
    return await ask_all(question)


@pytest.fixture
def team(server, monkeypatch):
    """The agents in the list of a module."""
    monkeypatch.setattr(their_module, "team", users.team(server, "a", "b"))
    return their_module.team


@pytest.mark.usefixtures("team")
def test_agents_in_a_list_that_another_function_names_are_listened_to(server, take):
    server.script("a", [say("Roses.")])
    server.script("b", [fail(503)])
    with pytest.raises(Exception, match="the script says 503"):
        take(draft(), target=workflow(relay))
    assert asked(server) == ["a", "b"], "tried again"
    server.script("a", [say("Roses.")])
    server.script("b", [say("Good.")])
    host = RecordingHost()
    assert take(draft(prompt="A?"), host=host, target=workflow(relay)).text == "Roses. Good."
    assert sorted(host.tokens) == [one.usage for one in server.requests[2:]]


def test_such_an_agent_may_vote_and_stays_as_it_is(server, take, team):
    before = [dict(agent.default_options) for agent in team]
    server.script("b", [call("vote", BALLOT)])
    assert take(vote(), target=workflow(relay)).data == BALLOT
    server.script("a", [call("vote", BALLOT)])
    assert take(vote(), target=workflow(relay), voter="a").data == BALLOT
    assert [dict(agent.default_options) for agent in team] == before


def test_an_object_of_a_module_with_a_name_like_the_framework_s_is_shared(take):
    notes = their_module.Notes()

    @workflow
    async def noted(question: str) -> str:
        notes.asked.append(question)
        return question

    take(draft(prompt="A?"), target=noted)
    assert notes.asked == ["A?"]


def parsed(result: Any) -> Any:
    return None if result is SKIP_PARSING else result


def test_a_function_that_names_a_sentinel_of_the_framework_is_shared():
    assert Copies(lambda client: client).of(parsed) is parsed


def test_one_without_agents_votes_with_its_result(take):
    @workflow
    async def backwards(text: str) -> str:
        return text[::-1]

    assert take(vote(prompt="abc"), target=backwards, model=None) == Reply(text="cba")


def test_what_it_asks_for_is_put_to_a_person_as_often_as_it_asks(take):
    @workflow
    async def reviewed(topic: str, ctx: RunContext) -> str:
        first = await ctx.request_info({"draft": topic}, response_type=str)
        good = await ctx.request_info("Is it good?", response_type=bool)
        return f"{first} {good}"

    host = RecordingHost(["shorter", "approve"])
    assert take(draft(prompt="Roses."), host=host, target=reviewed, model=None).text == "shorter True"
    about = {"draft": "Roses."}
    assert host.questions[0] == Question(text='{"draft": "Roses."}', data=about)
    assert host.questions[1].text == "Is it good?"


async def of_a_message(message: Message) -> str:
    return message.text


async def of_messages(messages: list[Message]) -> str:
    return messages[-1].text


async def of_either(given: list[Message] | str) -> str:
    return given if isinstance(given, str) else given[-1].text


async def of_anything(given) -> Any:
    return {"given": given}


@pytest.mark.parametrize("function", [of_a_message, of_messages, of_either])
def test_the_task_comes_in_the_form_that_its_function_takes(take, function):
    assert take(draft(prompt="A?"), target=workflow(function), model=None).text == "A?"


def test_a_result_that_is_no_text_is_told_as_json(take):
    assert take(draft(prompt="A?"), target=workflow(of_anything), model=None).text == '{"given": "A?"}'


async def of_a_number(number: int) -> str:
    return str(number)


async def of_nothing(ctx: RunContext) -> str:
    return ctx.get_state("x")


@pytest.mark.parametrize("function", [of_a_number, of_nothing])
def test_one_that_takes_no_text_is_refused(take, function):
    with pytest.raises(ConfigError, match=f"the workflow `{function.__name__}` takes no text"):
        take(draft(), target=workflow(function), model=None)


def test_one_that_was_built_takes_many_turns_at_once(server):
    async def crowd():
        setup = Setup(agent="ada", seed=1, target=poem(server).build())
        async with ADAPTER.open(ADAPTER.options(), setup) as agent:
            turns = [agent(draft(prompt=f"say {number}"), RecordingHost()) for number in range(5)]
            return [reply.text for reply in await asyncio.gather(*turns)]

    assert run(crowd(), loop="one") == [f"say {number} say {number}" for number in range(5)]
