"""Agents of the user's own."""

from __future__ import annotations

import asyncio

import agent_framework_users as users
import pytest
from agent_framework import Agent, AgentResponse, BaseAgent, ContextProvider, Message, agent_middleware, chat_middleware
from agent_framework_openai import OpenAIChatCompletionClient
from massgen_hub.errors import ConfigError
from massgen_hub.kit import is_transient
from massgen_hub.testing import ADD, RecordingHost, call, content_text, draft, fail, say, vote
from massgen_hub.testing.desk import add

SUM = {"x": 2, "y": 3}


def told(request):
    return [content_text(message.get("content")) for message in request.body["messages"]]


def test_it_keeps_its_client(server, take):
    take(draft(), target=users.an_agent(server, model="own"), model=None)
    request = server.requests[0]
    assert (request.body["model"], request.authorization) == ("own", "Bearer own")


def test_an_async_factory_is_awaited_in_the_loop_of_the_turns(server, take):
    async def factory(model):
        loop = asyncio.get_running_loop()

        async def is_here() -> bool:
            """Whether this is where the agent was made."""
            return asyncio.get_running_loop() is loop

        client = OpenAIChatCompletionClient(model.name, base_url=model.base_url, api_key=model.key)
        return Agent(client, name="a", tools=[is_here])

    server.script("m", [call("is_here", {}), say("Yes.")])
    host = RecordingHost()
    assert take(draft(), host=host, target=factory).text == "Yes."
    assert [activity.text for activity in host.activities] == ["{}", "true"]


def test_its_client_does_not_try_again_in_a_turn_and_still_does_for_the_user(server, take):
    server.script("m", [fail(503)])
    agent = users.an_agent(server)
    with pytest.raises(Exception, match="the script says 503") as busy:
        take(draft(), target=agent)
    assert is_transient(busy.value)
    assert len(server.requests) == 1
    assert agent.client.client.max_retries > 0


def test_it_stays_as_it_was(server, take):
    server.script("m", [call("multiply", SUM), say("6"), say("A.")])
    agent = users.an_agent(server, tools=[users.multiply])
    take(draft(), vote(), target=agent)
    assert users.multiply.invocation_count == 0
    assert (agent.context_providers, agent.client.chat_middleware, agent.client.function_middleware) == ([], [], [])
    assert "tool_choice" in agent.default_options
    assert [tool.name for tool in agent.default_options["tools"]] == ["multiply"]


def test_an_agent_that_is_a_tool_is_counted_and_its_client_listened_to(server, take):
    server.script("expert", [fail(429)])
    expert = users.an_agent(server, "expert", "expert", description="Knows.")
    manager = users.an_agent(server, tools=[expert.as_tool()])
    server.script("m", [call("expert", {"task": "Capital?"}), say("I do not know.")])
    host = RecordingHost()
    assert take(draft(), host=host, target=manager).text == "I do not know."
    assert len(server.asked("expert")) == 1, "tried again"
    server.script("expert", [say("Paris.")])
    server.script("m", [call("expert", {"task": "Capital?"}), say("It is Paris.")])
    host = RecordingHost()
    assert take(draft(), host=host, target=manager).text == "It is Paris."
    assert [(activity.kind, activity.text) for activity in host.activities][1] == ("result", "Paris.")
    assert sorted(usage.model for usage in host.spent) == ["expert", "m", "m"]


def test_its_middleware_has_its_say(server, take):
    @agent_middleware
    async def louder(context, call_next):
        context.messages = [*context.messages, Message("user", ["Loud, please."])]
        await call_next()

    @chat_middleware
    async def shorter(context, call_next):
        context.messages = context.messages[-1:]
        await call_next()

    agent = users.an_agent(server, middleware=[louder])
    agent.client.chat_middleware.append(shorter)
    assert take(draft(), target=agent).text == "Loud, please."


def test_what_its_context_providers_remember_is_forgotten_with_the_turn(server, take):
    class Remembering(ContextProvider):
        seen = None

        def __init__(self):
            super().__init__("remembering")
            self.heard = []

        async def before_run(self, *, context, **_about):
            context.extend_instructions(self.source_id, f"Heard before: {len(self.heard)}.")
            self.heard += context.input_messages

    agent = users.an_agent(server, context_providers=[Remembering()])
    take(draft(), draft(round=2), target=agent)
    assert [told(request)[0] for request in server.requests] == ["Heard before: 0."] * 2
    assert agent.context_providers[0].heard == []


def test_a_factory_takes_the_model_of_the_entry(take, server):
    def factory(model):
        return users.an_agent(server, model=model.name, tools=[add])

    assert take(draft(prompt="Hi"), target=factory, model="theirs").text == "Hi"
    assert server.requests[0].body["model"] == "theirs"


def test_an_agent_of_another_make_answers_as_a_whole(take):
    class Parrot(BaseAgent):
        async def run(self, messages=None, *, stream=False, session=None, **_about):
            return AgentResponse(messages=[Message("assistant", [f"{messages}!"])])

    host = RecordingHost()
    assert take(draft(prompt="Hello"), host=host, target=Parrot(name="parrot")).text == "Hello!"
    assert (host.text, host.spent) == ("Hello!", [])
    assert take(vote(prompt="A or B"), target=Parrot(name="parrot")).text == "A or B!"


@pytest.mark.parametrize("idle", [{"tools": [ADD]}, {"system_message": "Be brief."}, {"max_turns": 3}])
def test_options_that_have_no_effect_on_it_are_refused(server, take, idle):
    with pytest.raises(ConfigError, match="has no effect on an agent of your own"):
        take(draft(), target=users.an_agent(server), **idle)


def test_a_voter_of_a_single_agent_is_refused(server, take):
    with pytest.raises(ConfigError, match="`voter` has no effect on a single agent"):
        take(draft(), target=users.an_agent(server), voter="a")


def test_what_is_no_agent_is_refused(take):
    with pytest.raises(ConfigError, match="a `int` is no agent of this framework"):
        take(draft(), target=users.number)
