"""What a config may say, and what is wrong with it."""

import pytest
from massgen_hub.contract import Model, Setup
from massgen_hub.errors import ConfigError
from massgen_hub.testing import RecordingHost, call, content_text, draft, run, say
from massgen_hub_smolagents import adapter
from pydantic import ValidationError

ANSWER = call("final_answer", {"answer": "Paris"})


def opening(setup: Setup, **options) -> None:
    async def open_and_close() -> None:
        async with adapter.open(adapter.options(**options), setup):
            pass

    run(open_and_close())


@pytest.fixture
def setup(server) -> Setup:
    return Setup(agent="ada", seed=1, model=server.model("m"))


def system_prompt(server) -> str:
    return content_text(server.requests[0].body["messages"][0]["content"])


def test_without_a_model_there_is_no_agent():
    with pytest.raises(ConfigError, match="needs a model"):
        opening(Setup(agent="ada", seed=1))


def test_a_tool_that_is_not_there_is_named(setup):
    with pytest.raises(ConfigError, match="there is no `no_such_tool` in `math`"):
        opening(setup, tools=["math:no_such_tool"])


def test_a_tool_without_description_is_refused(setup, tools):
    with pytest.raises(ConfigError, match="smolagents refuses the tool `desk_tools:undescribed`"):
        opening(setup, tools=[f"{tools}:undescribed"])


def test_a_tool_that_cannot_be_called_is_refused(setup, tools):
    with pytest.raises(ConfigError, match="the tool `desk_tools:number` is a `int`"):
        opening(setup, tools=[f"{tools}:number"])


def test_a_tool_is_named_by_module_and_attribute():
    with pytest.raises(ValidationError, match="tools"):
        adapter.options(tools=["desk_tools.add"])


def test_two_tools_of_one_name_are_refused(setup, tools):
    with pytest.raises(ConfigError, match="unique name"):
        opening(setup, tools=[f"{tools}:shout", f"{tools}:Shout"])


def test_an_import_that_is_not_installed_is_refused(setup):
    with pytest.raises(ConfigError, match="no_such_package"):
        opening(setup, kind="code", additional_authorized_imports=["no_such_package"])


def test_options_of_code_need_a_code_agent():
    with pytest.raises(ValidationError, match="`executor_kwargs` needs `kind: code`"):
        adapter.options(executor_kwargs={"timeout_seconds": 5})


@pytest.mark.parametrize(("kind", "code"), [("tool_calling", False), ("code", True)])
def test_only_a_code_agent_streams_and_runs_code(kind, code):
    traits = adapter.traits(adapter.options(kind=kind))
    assert (traits.cancel, traits.streams, traits.code) == ("kill", code, code)


def test_settings_of_the_model_are_sent(server, take):
    take(draft(), [ANSWER], temperature=0.0, max_tokens=50)
    assert (server.requests[0].body["temperature"], server.requests[0].body["max_tokens"]) == (0.0, 50)


def test_settings_that_are_not_given_are_not_sent(server, take):
    take(draft(), [ANSWER])
    assert not {"temperature", "max_tokens"} & set(server.requests[0].body)


@pytest.mark.parametrize("prompts", ["short", "full"])
def test_the_system_message_is_in_the_prompt(prompts, server, take):
    take(draft(), [ANSWER], system_message="Think of rivers.", prompts=prompts)
    assert "Think of rivers." in system_prompt(server)


def test_a_model_without_a_key_is_not_sent_another_one(server, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "a-real-key")
    server.script("m", [ANSWER])

    async def take() -> None:
        setup = Setup(agent="ada", seed=1, model=Model(name="m", base_url=server.base_url))
        async with adapter.open(adapter.options(), setup) as agent:
            await agent(draft(), RecordingHost())

    run(take())
    assert "a-real-key" not in server.requests[0].authorization


def test_messages_are_plain_strings(server, take):
    take(draft(), [ANSWER])
    assert [type(message["content"]) for message in server.requests[0].body["messages"]] == [str, str]


def test_full_prompts_are_those_of_smolagents(server, take):
    take(draft(), [ANSWER])
    assert "expert assistant" in system_prompt(server)


def test_short_prompts_leave_room_in_a_small_context(server, take):
    take(draft(), [ANSWER], prompts="short")
    assert len(system_prompt(server)) < 300
    assert sum(len(content_text(message["content"])) for message in server.requests[0].body["messages"]) < 400


def test_short_prompts_of_a_code_agent_name_tools_and_imports(server, take, tools):
    done = say("<code>\nfinal_answer('Paris')\n</code>")
    take(draft(), [done], kind="code", prompts="short", tools=[f"{tools}:add"])
    assert "def add(x: integer, y: integer)" in system_prompt(server)
    assert "'math'" in system_prompt(server)
    assert len(system_prompt(server)) < 1200
