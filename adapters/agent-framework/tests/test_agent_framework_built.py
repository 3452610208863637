"""Agents made from options."""

from __future__ import annotations

import json

import pytest
from massgen_hub.contract import Model, Setup, Usage
from massgen_hub.errors import ConfigError
from massgen_hub.testing import ADD, FAIL, ModelServer, RecordingHost, call, calls, draft, fail, run, say, vote
from massgen_hub_agent_framework import ADAPTER
from openai import AuthenticationError
from pydantic import ValidationError

SUM = {"x": 2, "y": 3}


def heard(request):
    return [(message["role"], message.get("content")) for message in request.body["messages"]]


def test_the_model_hears_the_system_message_and_the_prompt(server, take):
    take(draft(prompt="Hello?"), system_message="Be brief.")
    assert heard(server.requests[0]) == [("system", "Be brief."), ("user", "Hello?")]


def test_the_model_gets_its_key_and_its_settings(server, take):
    take(draft(), temperature=0.5, max_tokens=9)
    request = server.requests[0]
    assert request.authorization == "Bearer test-key"
    assert (request.body["temperature"], request.body["max_completion_tokens"]) == (0.5, 9)


def test_without_settings_the_model_keeps_its_own(server, take):
    take(draft())
    assert set(server.requests[0].body) == {"model", "messages", "stream", "stream_options"}


def test_a_model_without_a_key_is_not_asked_with_one_of_the_environment(server, take, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "secret")
    keyless = lambda self, name: Model(name=name, base_url=self.base_url)  # noqa: E731
    monkeypatch.setattr(ModelServer, "model", keyless)
    take(draft())
    assert "secret" not in server.requests[0].authorization


def test_usage_is_what_went_over_the_wire(server, take):
    server.script("m", [call("add", SUM), say("5")])
    host = RecordingHost()
    take(draft(), host=host, tools=[ADD])
    assert host.tokens == server.tokens
    assert host.spent[0] == Usage(input=101, output=11, cached=1, calls=1, model="m")


def test_text_before_a_tool_call_is_a_part_of_its_own_and_not_the_answer(server, take):
    server.script("m", [calls(("add", SUM), text="Let me see."), say("It is 5.")])
    host = RecordingHost()
    assert take(draft(), host=host, tools=[ADD]).text == "It is 5."
    assert "".join(text for part, text in host.said if part == 0) == "Let me see."
    assert host.text == "It is 5."


def test_a_tool_that_fails_tells_the_model_why(server, take):
    server.script("m", [call("massgen", {}), call("fail", {"why": "no ink"}), say("I could not.")])
    take(draft(), tools=[FAIL])
    told = [content for role, content in heard(server.requests[2]) if role == "tool"]
    assert "not found" in told[0]
    assert "no ink" in told[1]


def test_wrong_arguments_are_noted_with_what_is_wrong_about_them(server, take):
    server.script("m", [call("add", {"x": "two"}), say("Sorry.")])
    host = RecordingHost()
    assert take(draft(), host=host, tools=[ADD]).text == "Sorry."
    asked, answered = host.activities
    assert (json.loads(asked.text), asked.id) == ({"x": "two"}, answered.id)
    assert "two" in answered.text


def test_a_tool_of_the_framework_is_taken_as_it_is(server, take):
    server.script("m", [call("multiply", SUM), say("It is 6.")])
    host = RecordingHost()
    take(draft(), host=host, tools=["agent_framework_users:multiply"])
    assert [activity.text for activity in host.activities] == ['{"x": 2, "y": 3}', "6"]


def test_after_its_turns_the_model_is_asked_once_more_without_tools(server, take):
    server.script("m", lambda body: say("Enough.") if body.get("tool_choice") == "none" else call("add", SUM))
    assert take(draft(), tools=[ADD], max_turns=2).text == "Enough."
    assert len(server.requests) == 3


def test_what_is_no_tool_is_refused(take):
    with pytest.raises(ConfigError, match="`agent_framework_users:number` is a `int`, which is no tool"):
        take(draft(), tools=["agent_framework_users:number"])


def test_an_agent_without_a_model_is_refused(take):
    with pytest.raises(ConfigError, match="agent `ada` needs a model"):
        take(draft(), model=None)


def test_a_voter_of_an_agent_made_from_options_is_refused(take):
    with pytest.raises(ConfigError, match="`voter` has no effect on an agent made from options"):
        take(draft(), voter="a")


@pytest.mark.parametrize("wrong", [{"max_turns": 0}, {"temperature": -1}, {"max_tokens": 0}, {"tools": ["add"]}])
def test_options_are_strict(wrong):
    with pytest.raises(ValidationError):
        ADAPTER.options(**wrong)


def test_it_is_known_what_has_tools():
    assert ADAPTER.traits(ADAPTER.options(tools=[ADD])).tools
    assert not ADAPTER.traits(ADAPTER.options()).tools


def test_two_agents_of_one_process_keep_their_options_apart(server):
    async def both():
        setup = Setup(agent="a", seed=1, model=server.model("m"))
        async with (
            ADAPTER.open(ADAPTER.options(system_message="One."), setup) as one,
            ADAPTER.open(ADAPTER.options(system_message="Two."), setup) as two,
        ):
            await one(draft(), RecordingHost())
            await two(vote(), RecordingHost())

    run(both(), loop="one")
    assert [heard(request)[0] for request in server.requests] == [("system", "One."), ("system", "Two.")]


def test_instrumentation_is_off_unless_somebody_turns_it_on(server, take):
    from agent_framework.observability import OBSERVABILITY_SETTINGS

    take(draft())
    assert not OBSERVABILITY_SETTINGS.ENABLED


def test_a_failure_is_told_in_the_words_of_the_model_s_client(server, take):
    server.script("m", [fail(401)])
    with pytest.raises(AuthenticationError, match="^Error code: 401 - the script says 401$"):
        take(draft())
