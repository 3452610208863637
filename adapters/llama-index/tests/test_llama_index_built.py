"""Agents made from options."""

import json

import pytest
from massgen_hub.contract import Model, Setup, Usage
from massgen_hub.errors import ConfigError, TurnError
from massgen_hub.kit import is_transient
from massgen_hub.testing import RecordingHost, call, calls, draft, run, say
from massgen_hub_llama_index import ADAPTER
from pydantic import ValidationError

ADD = {"x": 2, "y": 3}
TOOLS = ["llama_index_users:add", "llama_index_users:divide", "llama_index_users:doubled"]


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


def test_without_settings_the_model_keeps_its_own(server, take):
    take(draft())
    assert set(server.requests[0].body) == {"model", "messages", "stream", "stream_options"}


def test_a_model_without_a_key_is_not_asked_with_one_of_the_environment(server, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "secret")

    async def taken():
        setup = Setup(agent="ada", seed=1, model=Model(name="m", base_url=server.base_url))
        async with ADAPTER.open(ADAPTER.options(), setup) as agent:
            await agent(draft(), RecordingHost())

    run(taken(), loop="one")
    assert "secret" not in server.requests[0].authorization


def test_nothing_of_a_long_prompt_is_dropped(server, take):
    text = f"{'東京🗼 ' * 30_000}\n"
    server.script("m", [call("add", ADD), say(text)])
    assert take(draft(prompt=text), tools=TOOLS).text == text
    assert [request.body["messages"][0]["content"] for request in server.requests] == [text, text]


def test_usage_is_what_went_over_the_wire(server, take):
    server.script("m", [call("add", ADD), say("5")])
    host = RecordingHost()
    take(draft(), host=host, tools=TOOLS)
    assert host.tokens == server.tokens
    assert host.spent[0] == Usage(input=101, output=11, cached=1, calls=1, model="m")


def test_a_function_and_a_tool_of_llama_index_are_called(server, take):
    server.script("m", [calls(("add", ADD), ("double", {"x": 4})), say("5 and 8.")])
    host = RecordingHost()
    assert take(draft(), host=host, tools=TOOLS).text == "5 and 8."
    found = {activity.id: activity for activity in host.activities if activity.kind == "call"}
    results = {found[one.id].name: one.text for one in host.activities if one.kind == "result"}
    assert results == {"add": "5", "double": "8"}
    assert {one.name: json.loads(one.text) for one in found.values()} == {"add": ADD, "double": {"x": 4}}


def test_a_tool_that_fails_tells_the_model_and_is_noted(server, take):
    server.script("m", [call("divide", {}), say("It cannot be done.")])
    host = RecordingHost()
    assert take(draft(), host=host, tools=TOOLS).text == "It cannot be done."
    assert host.activities[1].text == "division by zero"
    assert "division by zero" in str(heard(server.requests[1]))


def test_a_tool_that_there_is_not_tells_the_model(server, take):
    server.script("m", [call("subtract", ADD), say("I cannot.")])
    assert take(draft(), tools=TOOLS).text == "I cannot."
    assert "subtract not found" in str(heard(server.requests[1])[-1])


def test_text_before_a_tool_call_is_a_part_of_its_own(server, take):
    server.script("m", [calls(("add", ADD), text="Let me see."), say("It is 5.")])
    host = RecordingHost()
    take(draft(), host=host, tools=TOOLS)
    assert "".join(text for part, text in host.said if part == 0) == "Let me see."
    assert host.text == "It is 5."


def test_the_answer_in_react_s_words_is_what_comes_after_them(server, take):
    server.script("m", [say("Thought: I know it.\nAnswer: Paris.")])
    host = RecordingHost()
    assert take(draft(), host=host, kind="react", system_message="Be brief.").text == "Paris."
    assert host.text == "Paris."
    assert "Be brief." in heard(server.requests[0])[0][1]


def test_a_loop_ends_after_max_iterations_with_a_hint_and_its_usage(server, take):
    server.script("m", lambda _body: call("add", ADD))
    host = RecordingHost()
    with pytest.raises(TurnError, match="raise `max_iterations`") as raised:
        take(draft(), host=host, tools=TOOLS, max_iterations=3)
    assert not is_transient(raised.value)
    assert host.tokens == server.tokens
    assert len(server.requests) == 3


def test_tools_of_a_server_are_offered_as_it_describes_them(server, take):
    from massgen_hub.testing import MCP_SERVER

    take(draft(), mcp_servers=[{"name": "desk", "command": MCP_SERVER[0], "args": list(MCP_SERVER[1:])}])
    [tool] = [tool["function"] for tool in server.requests[0].body["tools"]]
    assert (tool["name"], tool["description"]) == ("add", "Add two numbers.")
    assert tool["parameters"]["required"] == ["x", "y"]


def test_an_agent_without_a_model_is_refused(take):
    with pytest.raises(ConfigError, match="agent `ada` needs a model"):
        take(draft(), model=None)


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("number", "`llama_index_users:number` is a `int`, which is no tool"),
        ("subtract", "there is no `subtract`"),
    ],
)
def test_what_is_no_tool_is_refused_by_its_name(take, name, why):
    with pytest.raises(ConfigError, match=why):
        take(draft(), tools=[f"llama_index_users:{name}"])


@pytest.mark.parametrize(
    ("options", "where"),
    [
        ({"temprature": 1}, "temprature"),
        ({"kind": "code"}, "kind"),
        ({"max_iterations": 1}, "max_iterations"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"temperature": -1}, "temperature"),
        ({"input": "a b"}, "input"),
    ],
)
def test_a_wrong_option_is_refused_where_it_stands(options, where):
    with pytest.raises(ValidationError) as raised:
        ADAPTER.options(**options)
    assert raised.value.errors()[0]["loc"][0] == where


@pytest.mark.parametrize("option", ["voter", "input", "output"])
def test_an_option_for_existing_objects_is_refused(take, option):
    with pytest.raises(ConfigError, match=f"`{option}` has no effect on an agent made from options"):
        take(draft(), **{option: "x"})
