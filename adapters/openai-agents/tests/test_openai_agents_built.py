"""Agents made from options."""

from __future__ import annotations

import json

import pytest
from massgen_hub.contract import Setup, Usage
from massgen_hub.errors import ConfigError, TurnError
from massgen_hub.kit import is_transient
from massgen_hub.testing import RecordingHost, call, calls, draft, fail, run, say, vote
from massgen_hub_openai_agents import ADAPTER
from openai_agents_users import remembered
from pydantic import ValidationError

ADD = {"x": 2, "y": 3}


def heard(request):
    return [(message["role"], message.get("content")) for message in request.body["messages"]]


def test_the_model_hears_the_system_message_and_the_prompt(server, take):
    take(draft(prompt="Hello?"), system_message="Be brief.")
    assert heard(server.requests[0]) == [("system", "Be brief."), ("user", "Hello?")]


def test_the_model_gets_its_key_and_its_settings(server, take):
    take(draft(), temperature=0.5, max_tokens=9)
    request = server.requests[0]
    assert request.authorization == "Bearer test-key"
    assert (request.body["temperature"], request.body["max_tokens"]) == (0.5, 9)


@pytest.mark.parametrize("model", ["m", "gpt-5", "gpt-5.2"])
def test_without_settings_the_model_keeps_its_own(server, take, model):
    take(draft(), model=model)
    assert set(server.requests[0].body) == {"model", "messages", "stream", "stream_options"}


def test_a_model_without_a_key_is_not_asked_with_one_of_the_environment(server, take, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "secret")
    monkeypatch.setattr("massgen_hub.testing.ModelServer.model", lambda server, name: _keyless(server, name))
    take(draft())
    assert "secret" not in server.requests[0].authorization


def _keyless(server, name):
    from massgen_hub.contract import Model

    return Model(name=name, base_url=server.base_url)


def test_usage_is_what_went_over_the_wire(server, take):
    server.script("m", [call("add", ADD), say("5")])
    host = RecordingHost()
    take(draft(), host=host, tools=["openai_agents_users:add"])
    assert host.tokens == server.tokens
    assert host.spent[0] == Usage(input=101, output=11, cached=1, calls=1, model="m")


def test_a_tool_call_and_its_result_are_noted_as_a_pair(server, take):
    server.script("m", [call("add", ADD), say("It is 5.")])
    host = RecordingHost()
    assert take(draft(), host=host, tools=["openai_agents_users:add"]).text == "It is 5."
    asked, answered = host.activities
    assert (asked.kind, asked.name, json.loads(asked.text)) == ("call", "add", ADD)
    assert (answered.kind, answered.name, answered.text) == ("result", "add", "5")
    assert asked.id == answered.id != ""


def test_text_before_a_tool_call_is_a_part_of_its_own(server, take):
    server.script("m", [calls(("add", ADD), text="Let me see."), say("It is 5.")])
    host = RecordingHost()
    take(draft(), host=host, tools=["openai_agents_users:add"])
    assert "".join(text for part, text in host.said if part == 0) == "Let me see."
    assert host.text == "It is 5."


def test_a_tool_that_fails_tells_the_model_and_is_noted(server, take):
    server.script("m", [call("divide", {}), say("It cannot be done.")])
    host = RecordingHost()
    assert take(draft(), host=host, tools=["openai_agents_users:divide"]).text == "It cannot be done."
    assert host.activities[1].text == "ZeroDivisionError: division by zero"
    assert host.activities[1].text in str(heard(server.requests[1]))


def test_a_tool_that_there_is_not_tells_the_model(server, take):
    server.script("m", [call("subtract", ADD), say("I cannot.")])
    assert take(draft(), tools=["openai_agents_users:add"]).text == "I cannot."
    assert "subtract" in str(heard(server.requests[1])[-1])


def test_a_loop_ends_after_max_turns_with_a_hint_and_its_usage(server, take):
    server.script("m", lambda _body: call("add", ADD))
    host = RecordingHost()
    with pytest.raises(TurnError, match="raise `max_turns`") as raised:
        take(draft(), host=host, tools=["openai_agents_users:add"], max_turns=3)
    assert not is_transient(raised.value)
    assert host.tokens == server.tokens
    assert len(server.requests) == 3


@pytest.mark.parametrize("turn", [draft(), vote()], ids=["draft", "vote"])
@pytest.mark.parametrize(("status", "passing"), [(429, True), (500, True), (401, False)])
def test_a_failing_model_is_asked_once_and_its_words_are_kept(server, take, turn, status, passing):
    server.script("m", lambda _body: fail(status))
    with pytest.raises(Exception, match=f"the script says {status}") as raised:
        take(turn)
    assert is_transient(raised.value) is passing
    assert len(server.requests) == 1


def test_a_megabyte_goes_through_in_both_directions(server, take):
    text = f"{'東京🗼' * 110_000}\n"
    server.script("m", [say(text)])
    assert take(draft(prompt=text)).text == text
    assert server.requests[0].body["messages"][0]["content"] == text


def test_an_agent_hands_off_to_another_which_answers_in_a_part_of_its_own(server, take):
    server.script("m", [calls(("transfer_to_expert", {}), text="Passing on."), say("Paris.")])
    host = RecordingHost()
    assert take(draft(), host=host, handoffs=["openai_agents_users:expert"]).text == "Paris."
    assert heard(server.requests[1])[0] == ("system", "You know capitals.")
    assert ("".join(text for part, text in host.said if part == 0), host.text) == ("Passing on.", "Paris.")
    assert host.activities[0].text == "ada hands off to expert"


def test_a_session_goes_before_the_prompt_and_is_not_written(server, take):
    items = [{"role": "user", "content": "I am Ann."}, {"role": "assistant", "content": "Hello, Ann."}]
    run(remembered.add_items(items))
    for name in ("remembered", "session"):
        take(draft(prompt="Who am I?"), session=f"openai_agents_users:{name}")
    for request in server.requests:
        assert [text for _, text in heard(request)] == ["I am Ann.", "Hello, Ann.", "Who am I?"]
    assert run(remembered.get_items()) == items


def test_nothing_is_traced_unless_it_is_asked_for(server, take, traced):
    take(draft())
    assert traced == []
    take(draft(), tracing=True)
    assert traced == ["Agent workflow"]


def test_a_run_that_a_tool_starts_is_not_traced_either(server, take, traced):
    server.script("m", [call("consult", {}), say("done")])
    take(draft(), tools=["openai_agents_users:consult"])
    assert traced == []


def test_agents_work_in_two_event_loops(server):
    replies = [run(_taken(server, draft(prompt=text))) for text in ("one", "two")]
    assert [reply.text for reply in replies] == ["one", "two"]


async def _taken(server, turn):
    async with ADAPTER.open(ADAPTER.options(), Setup(agent="ada", seed=1, model=server.model("m"))) as agent:
        return await agent(turn, RecordingHost())


def test_an_agent_without_a_model_is_refused(take):
    with pytest.raises(ConfigError, match="agent `ada` needs a model"):
        take(draft(), model=None)


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"tools": ["openai_agents_users:number"]}, "`openai_agents_users:number` is a `int`, which is no tool"),
        ({"tools": ["openai_agents_users:subtract"]}, "there is no `subtract`"),
        ({"tools": ["openai_agents_users:refused"]}, "the SDK refuses the tool `openai_agents_users:refused`"),
        ({"handoffs": ["openai_agents_users:number"]}, "is no agent"),
        ({"session": "openai_agents_users:number"}, "`openai_agents_users:number` is a `int`, which is no session"),
        ({"context": "openai_agents_users:number"}, "`openai_agents_users:number` is a `int`, which cannot be called"),
    ],
)
def test_what_cannot_be_used_is_refused_by_its_name(take, options, why):
    with pytest.raises(ConfigError, match=why):
        take(draft(), **options)


@pytest.mark.parametrize(
    ("options", "where"),
    [
        ({"temprature": 1}, "temprature"),
        ({"api": "assistants"}, "api"),
        ({"max_turns": 0}, "max_turns"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"temperature": -1}, "temperature"),
        ({"tracing": "no idea"}, "tracing"),
        ({"hosted_tools": [{"type": "telepathy"}]}, "hosted_tools"),
    ],
)
def test_a_wrong_option_is_refused_where_it_stands(options, where):
    with pytest.raises(ValidationError) as raised:
        ADAPTER.options(**options)
    assert raised.value.errors()[0]["loc"][0] == where
