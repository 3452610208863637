"""Agents made from options: every option, and what is refused."""

from __future__ import annotations

import json
from importlib import metadata
from types import SimpleNamespace

import pytest
from massgen_hub.contract import Setup, hierarchy
from massgen_hub.errors import ConfigError, TurnError
from massgen_hub.testing import RecordingHost, call, calls, draft, run, say
from massgen_hub_agentscope import ADAPTER
from pydantic import ValidationError

ADD = "agentscope_users:add"


def heard(server, number=0):
    """What the model heard in a request: roles and texts."""
    messages = server.requests[number].body["messages"]
    return [(one["role"], "".join(part["text"] for part in one["content"])) for one in messages]


def results(server, number):
    return [one["content"] for one in server.requests[number].body["messages"] if one["role"] == "tool"]


def test_the_model_hears_the_system_message_and_the_prompt_and_nothing_else(take, server):
    take(draft(prompt="Hello?"), [say("Hi.")], system_message="Be brief.")
    assert heard(server) == [("system", "Be brief."), ("user", "Hello?")]


def test_without_a_system_message_none_is_empty(take, server):
    take(draft(), [say("Hi.")])
    assert heard(server)[0] == ("system", "You are a helpful assistant.")


def test_the_model_gets_its_key_and_its_settings(take, server):
    take(draft(), [say("Hi.")], temperature=0.5, max_tokens=9)
    request = server.requests[0]
    assert request.authorization == "Bearer test-key"
    assert (request.body["temperature"], request.body["max_completion_tokens"]) == (0.5, 9)


def test_without_settings_the_model_keeps_its_own(take, server):
    take(draft(), [say("Hi.")])
    assert not {"temperature", "max_tokens", "max_completion_tokens"} & set(server.requests[0].body)


def test_a_prompt_of_a_megabyte_is_heard_to_its_end(take, server):
    prompt = "東 " * 300_000 + "The end."
    take(draft(prompt=prompt), [say("Hi.")])
    assert heard(server)[1:] == [("user", prompt)]


def test_an_agent_without_a_model_is_refused():
    with pytest.raises(ConfigError, match="agent `ada` needs a model"):
        run(opened(Setup(agent="ada", seed=1)), loop="one")


async def opened(setup, **options):
    async with ADAPTER.open(ADAPTER.options(**options), setup):
        pass


def test_a_function_is_called_and_told_in_a_pair(take, server):
    host = RecordingHost()
    reply = take(draft(), [calls(("add", {"x": 2, "y": 3}), text="Let me see."), say("It is 5.")], host, tools=[ADD])
    assert (reply.text, results(server, 1)) == ("It is 5.", ["5"])
    call_, result = host.activities
    assert (call_.kind, call_.name, json.loads(call_.text)) == ("call", "add", {"x": 2, "y": 3})
    assert (result.kind, result.name, result.text, result.id) == ("result", "add", "5", call_.id)


def test_text_before_a_tool_call_is_a_part_of_its_own(take):
    host = RecordingHost()
    take(draft(), [calls(("add", {"x": 2, "y": 3}), text="Let me see."), say("It is 5.")], host, tools=[ADD])
    assert host.parts == {0: "Let me see.", 1: "It is 5."}


def test_usage_is_told_call_by_call(take, server):
    host = RecordingHost()
    take(draft(), [call("add", {"x": 2, "y": 3}), say("It is 5.")], host, tools=[ADD])
    assert [(one.input, one.output, one.calls, one.model) for one in host.spent] == [
        (*server.requests[0].usage, 1, "m"),
        (*server.requests[1].usage, 1, "m"),
    ]


def test_a_function_that_blocks_runs_beside_the_event_loop(take):
    from agentscope_users import threads

    take(draft(), [call("add", {"x": 2, "y": 3}), say("5")], tools=[ADD])
    assert threads[-1] == "add"


def test_such_a_function_never_runs_twice_at_once(take):
    from agentscope_users import running

    running.clear()
    take(draft(), [calls(("alone", {}), ("alone", {})), say("Done.")], tools=["agentscope_users:alone"])
    assert running == ["in", "out"] * 2


def test_a_function_may_be_asynchronous(take, server):
    take(draft(), [call("later", {"x": 2}), say("2")], tools=["agentscope_users:later"])
    assert results(server, 1) == ["2"]


def test_a_function_that_fails_is_told_to_the_model_and_to_the_hub(take, server):
    host = RecordingHost()
    reply = take(draft(), [call("fail", {"why": "no luck"}), say("Sorry.")], host, tools=["agentscope_users:fail"])
    assert (reply.text, results(server, 1), host.activities[1].text) == ("Sorry.", ["no luck"], "no luck")


def test_long_arguments_and_results_are_told_whole(take, server):
    host = RecordingHost()
    text = "東京 " * 10_000
    take(draft(), [call("shout", {"text": text}), say("Done.")], host, tools=["agentscope_users:shout"])
    assert (json.loads(host.activities[0].text), host.activities[1].text) == ({"text": text}, text)


@pytest.mark.parametrize("name", ["shout", "Shout"])
def test_a_tool_of_agentscope_is_named_itself_or_by_its_class(take, server, name):
    take(draft(), [call("shout", {"text": "hello"}), say("Done.")], tools=[f"agentscope_users:{name}"])
    assert results(server, 1) == ["HELLO"]


def test_a_whole_toolkit_may_stand_beside_functions(take, offered):
    take(draft(), [say("Hi.")], tools=["agentscope_users:kit", "agentscope_users:later"])
    assert sorted(offered()) == ["later", "reset_tools", "shout"]


def test_the_shell_of_agentscope_runs_commands(take, server):
    command = {"command": "echo $((6 * 7))", "description": "multiply"}
    take(draft(), [call("Bash", command), say("42")], tools=["agentscope.tool:Bash"])
    assert "42" in results(server, 1)[0]


def test_a_tool_that_does_not_exist_is_refused(take):
    with pytest.raises(ConfigError, match="there is no `adds`") as failure:
        take(draft(), [], tools=["agentscope_users:adds"])
    assert "`add`" in failure.value.hint


def test_a_tool_that_cannot_be_called_is_refused(take):
    with pytest.raises(ConfigError, match="`agentscope_users:number` is a `int`, which cannot be called"):
        take(draft(), [], tools=["agentscope_users:number"])


def test_after_max_iters_the_model_is_asked_for_the_answer_without_tools(take, server):
    replies = [call("add", {"x": 1, "y": 1}), say("It is 2.")]
    assert take(draft(), replies, tools=[ADD], max_iters=1).text == "It is 2."
    assert server.requests[1].body["tool_choice"] == "none"


def test_an_agent_that_only_calls_tools_fails_and_is_told_of_max_iters(take, server):
    with pytest.raises(TurnError, match="after 2 replies the agent still called tools") as failure:
        take(draft(), lambda _body: call("add", {"x": 1, "y": 1}), tools=[ADD], max_iters=2)
    assert (failure.value.hint, len(server.requests)) == ("raise `max_iters`", 3)


def test_an_answer_in_the_form_of_structured_schema_is_json(take):
    reply = take(
        draft(),
        [call("GenerateStructuredOutput", {"name": "Paris", "people": 2})],
        structured_schema="agentscope_users:City",
    )
    assert json.loads(reply.text) == {"name": "Paris", "people": 2}


def test_a_model_that_never_gives_that_form_fails_within_bounds(take, server):
    with pytest.raises(TurnError, match="`structured_schema`"):
        take(draft(), lambda _body: say("Paris."), structured_schema="agentscope_users:City", max_iters=2)
    assert len(server.requests) == 3


def test_a_structured_schema_that_is_none_is_refused(take):
    with pytest.raises(ConfigError, match="`agentscope_users:number` is no pydantic model"):
        take(draft(), [], structured_schema="agentscope_users:number")


@pytest.mark.parametrize(
    "wrong",
    [
        {"temperature": 3},
        {"max_tokens": 0},
        {"max_iters": 0},
        {"permissions": "sometimes"},
        {"tools": ["no colon"]},
        {"structured_schema": "City"},
        {"mcp_servers": [{"name": "desk"}]},
        {"mcp_servers": [{"name": "desk", "command": "desk", "url": "http://localhost"}]},
        {"mcp_servers": [{"name": "a desk", "command": "desk"}]},
        {"mcp_servers": [{"name": "desk", "command": "desk", "headers": {}}]},
        {"mcp_servers": [{"name": "desk", "command": "desk", "timeout": 0}]},
        {"mcp_servers": [{"name": "desk", "url": "http://localhost", "args": []}]},
        {"mcp_servers": [{"name": "desk", "url": "http://localhost", "env": {}}]},
        {"mcp_servers": [{"name": "desk", "url": "http://localhost", "cwd": "."}]},
    ],
)
def test_what_an_option_cannot_be_is_refused(wrong):
    with pytest.raises(ValidationError):
        ADAPTER.options(**wrong)


@pytest.mark.parametrize(
    "idle",
    [
        {"system_message": "Be brief."},
        {"temperature": 0.5},
        {"max_tokens": 9},
        {"tools": [ADD]},
        {"mcp_servers": [{"name": "desk", "command": "desk"}]},
    ],
)
def test_options_that_describe_another_agent_are_refused_for_an_existing_one(take, idle):
    with pytest.raises(ConfigError, match=f"`{next(iter(idle))}` has no effect on an agent of your own"):
        take(draft(), [], target="agentscope_users:adder", **idle)


def test_agentscope_1_beside_what_it_breaks_with_is_refused(take, monkeypatch):
    installed = {"agentscope": "1.0.21", "mcp": "1.30.0", "openai": "3.57.0"}
    monkeypatch.setattr("massgen_hub_agentscope.generation.version", installed.__getitem__)
    with pytest.raises(ConfigError, match=r"agentscope 1\.0\.21 does not work here: openai 3\.57\.0") as failure:
        take(draft(), [])
    assert '"openai<3"' in failure.value.hint


def test_an_object_of_agentscope_1_is_given_to_this_adapter_too():
    base = type("AgentBase", (), {"__module__": "agentscope.agent._agent_base"})
    assert hierarchy(type("ReActAgent", (base,), {})()) & set(ADAPTER.accepts)


def test_an_object_that_is_no_agent_is_refused(take):
    with pytest.raises(ConfigError, match=r"give an instance of `agentscope\.Agent`"):
        take(draft(), [], target=SimpleNamespace(reply=metadata.version))
