"""Agents of the user's own, and calls that a person approves."""

from __future__ import annotations

import asyncio

import pytest
import semantic_kernel_users as users
from massgen_hub.contract import Question, Reply, Setup, Usage
from massgen_hub.errors import ConfigError, NotAvailable
from massgen_hub.testing import Gate, RecordingHost, call, draft, fail, hang, run, say, vote, wire
from massgen_hub_semantic_kernel import ADAPTER
from openai import RateLimitError
from semantic_kernel.agents import Agent, AgentResponseItem, ChatCompletionAgent
from semantic_kernel.agents.chat_completion.chat_completion_agent import ChatHistoryAgentThread
from semantic_kernel.connectors.ai.open_ai import OpenAIChatPromptExecutionSettings
from semantic_kernel.contents import StreamingChatMessageContent
from semantic_kernel.functions import KernelArguments, KernelPlugin, kernel_function

BALLOT = {"reason": "It is the capital.", "ranking": ["A", "B"]}


def asked(server):
    return [request.body["model"] for request in server.requests]


def results(request):
    return [message["content"] for message in request.body["messages"] if message["role"] == "tool"]


def clerk(**about):
    return ChatCompletionAgent(name="clerk", plugins=[users.desk], **about)


def test_an_async_factory_is_awaited_in_the_loop_of_the_turns(server, take):
    async def factory(model):
        loop = asyncio.get_running_loop()

        @kernel_function
        async def is_here() -> bool:
            """Whether this is where the agent was made."""
            return asyncio.get_running_loop() is loop

        return users.own(model, plugins=[KernelPlugin("desk", functions=[is_here])])

    server.script("theirs", [call("desk-is_here", {}), say("Yes.")])
    host = RecordingHost()
    assert take(draft(), host=host, target=factory).text == "Yes."
    assert [activity.text for activity in host.activities] == ["{}", "True"]


def test_an_agent_without_a_service_runs_on_the_hubs_model(server, take):
    server.script("m", [say("Paris."), call("vote", BALLOT)])
    assert take(draft(), vote(), target=ChatCompletionAgent(instructions="Be brief.")) == Reply(data=BALLOT)
    assert asked(server) == ["m", "m"]


def test_an_agent_without_a_service_is_refused_where_the_config_names_no_model(take):
    with pytest.raises(ConfigError, match="agent `ada` needs a model"):
        take(draft(), target=ChatCompletionAgent(), model=None)


def test_an_agent_with_a_service_of_its_own_keeps_it(server, take):
    host = RecordingHost()
    take(draft(), host=host, target=users.factory)
    assert asked(server) == ["theirs"]
    assert host.spent == [Usage(input=101, output=11, cached=1, calls=1, model="theirs")]


def test_a_client_of_the_users_that_tries_again_does_not(server, take):
    server.script("theirs", lambda _body: fail(429))
    with pytest.raises(RateLimitError):
        take(draft(), target=users.factory)
    assert len(server.requests) == 1


def test_usage_is_unknown_where_the_server_tells_none(take, monkeypatch):
    tells = wire.closing
    monkeypatch.setattr(wire, "closing", lambda *about, with_usage: tells(*about, with_usage=False))
    host = RecordingHost()
    take(draft(), host=host)
    assert host.spent == [Usage(calls=1, model="m")]


def test_the_users_agent_is_as_it_was(server, take):
    settings = OpenAIChatPromptExecutionSettings(temperature=0.3)
    agent = users.own(server.model("x"), instructions="Be brief.", arguments=KernelArguments(settings=settings))
    before, service = dict(vars(agent)), dict(vars(agent.service))
    server.script("theirs", [say("Paris."), call("vote", BALLOT)])
    take(draft(), vote(), target=agent)
    assert all(vars(agent)[name] is value for name, value in before.items())
    assert all(vars(agent.service)[name] is value for name, value in service.items())
    assert (settings.function_choice_behavior, settings.tools, agent.prompt_template) == (None, None, None)
    assert agent.kernel.auto_function_invocation_filters == []
    assert server.requests[0].body["temperature"] == 0.3


def test_a_vote_is_not_forced_into_the_form_of_the_agents_output(server, take):
    settings = OpenAIChatPromptExecutionSettings(response_format={"type": "json_object"})
    server.script("m", [say('{"city":  "Paris"}'), call("vote", BALLOT)])
    host = RecordingHost()
    agent = ChatCompletionAgent(arguments=KernelArguments(settings=settings))
    assert take(draft(), vote(), host=host, target=agent) == Reply(data=BALLOT)
    assert [request.body.get("response_format") for request in server.requests] == [{"type": "json_object"}, None]


def test_nor_is_one_in_text(server, take):
    settings = OpenAIChatPromptExecutionSettings(response_format={"type": "json_object"})
    server.script("m", lambda body: fail(400) if "tools" in body else say("prose"))
    assert take(vote(), target=ChatCompletionAgent(arguments=KernelArguments(settings=settings))).text == "prose"
    assert "response_format" not in server.requests[1].body


def test_a_filter_of_the_agents_own_that_ends_the_turn_gives_the_answer(server, take):
    agent = clerk()

    @agent.kernel.filter("auto_function_invocation")
    async def end(context, next):  # noqa: A002
        await next(context)
        context.terminate = True

    server.script("m", [call("Desk-delete", {"path": "a"})])
    host = RecordingHost()
    assert take(draft(), host=host, target=agent).text == host.text == "deleted a"


def test_an_agent_that_is_a_plugin_of_another_is_noted_and_counted(server, take):
    clerk = users.member(server, "clerk", plugins=[users.desk])
    server.script("clerk", [call("Desk-delete", {"path": "a"}), say("It is gone.")])
    server.script("chief", [call("clerk-clerk", {"messages": "Delete it."}), say("Done.")])
    host = RecordingHost()
    assert take(draft(), host=host, target=users.member(server, "chief", plugins=[clerk])).text == "Done."
    noted = [(activity.name, activity.text) for activity in host.activities]
    assert noted[1:] == [("delete", '{"path": "a"}'), ("delete", "deleted a"), ("clerk", "It is gone.")]
    assert sorted(host.tokens) == server.tokens


def test_an_agent_of_another_kind_answers_and_votes_in_text(take):
    class Parrot(Agent):
        async def get_response(self, *_given, **_named):
            raise AssertionError("it streams")

        invoke = get_response

        async def invoke_stream(self, messages=None, **_named):
            for piece in ("I say: ", str(messages)):
                message = StreamingChatMessageContent(role="assistant", choice_index=0, content=piece)
                yield AgentResponseItem(message=message, thread=ChatHistoryAgentThread())

    host = RecordingHost()
    assert take(vote(prompt="A?"), host=host, target=Parrot(), model=None) == Reply(text="I say: A?")
    assert (host.text, host.spent) == ("I say: A?", [])


def test_one_agent_takes_many_turns_at_once(server):
    async def crowd():
        setup = Setup(agent="ada", seed=1, target=clerk(), model=server.model("m"))
        async with ADAPTER.open(ADAPTER.options(), setup) as agent:
            turns = [agent(draft(prompt=f"say {number}"), RecordingHost()) for number in range(20)]
            return [reply.text for reply in await asyncio.gather(*turns)]

    assert run(crowd(), loop="one") == [f"say {number}" for number in range(20)]


@pytest.mark.parametrize("name", ["delete", "Desk-delete"])
def test_an_approved_call_is_made(server, take, name):
    server.script("m", [call("Desk-delete", {"path": "a"}), say("Done.")])
    host = RecordingHost(["approve"])
    assert take(draft(), host=host, target=clerk(), approve=[name]).text == "Done."
    about = {"name": "delete", "args": {"path": "a"}}
    assert host.questions == [Question(text="May `delete` be called?", choices=("approve", "reject"), data=about)]
    assert results(server.requests[1]) == ["deleted a"]


def test_a_function_to_approve_that_the_agent_has_not_is_refused(take):
    with pytest.raises(ConfigError, match=r"the agent has no function `Desk-delte`(.|\n)*Desk-delete"):
        take(draft(), target=clerk(), approve=["Desk-delte"])


def test_any_other_answer_rejects_the_call_and_is_the_reason(server, take):
    server.script("m", [call("Desk-delete", {"path": "a"}), say("Then not.")])
    host = RecordingHost(["It is needed."])
    assert take(draft(), host=host, target=clerk(), approve=["delete"]).text == "Then not."
    assert (results(server.requests[1]), host.activities) == (["It is needed."], [])


def test_where_nobody_answers_the_turn_fails_with_the_question(server, take):
    server.script("m", [call("Desk-delete", {"path": "a"})])
    with pytest.raises(NotAvailable, match="nobody answers: May `delete` be called?"):
        take(draft(), target=clerk(), approve=["delete"])


@pytest.mark.parametrize("turn", [draft(), vote()], ids=["draft", "vote"])
def test_a_cancelled_turn_hangs_up_on_the_model_and_leaves_nothing(server, take, turn):
    gate = Gate()
    server.script("m", [hang("Par", gate)])
    _, left = take.cancelled(turn, gate.until_reached, target=clerk())
    assert left == set()
    assert server.requests[0].disconnected


@pytest.mark.parametrize(("option", "value"), [("system_message", "x"), ("plugins", ["semantic_kernel_users:desk"])])
def test_what_an_agent_of_ones_own_says_itself_is_refused(take, option, value):
    with pytest.raises(ConfigError, match=f"`{option}` has no effect on an agent of your own"):
        take(draft(), target=clerk(), **{option: value})


def test_what_is_no_agent_is_refused(take):
    with pytest.raises(ConfigError, match="is no agent"):
        take(draft(), target=7)
