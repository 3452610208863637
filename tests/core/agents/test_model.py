"""The native agent, against a scripted server."""

import asyncio

import pytest
from massgen_hub.agents.model import ModelOptions, model
from massgen_hub.contract import Model, Setup
from massgen_hub.errors import ConfigError, TurnError
from massgen_hub.testing import AdapterContract, ModelServer, RecordingHost, call, calls, decide, draft, fail, say, vote


class TestModel(AdapterContract):
    adapter = model
    plugin = "massgen_hub.builtin"
    framework_modules = ("openai", "langchain", "autogen", "smolagents")


@pytest.fixture
def server():
    with ModelServer() as running:
        yield running


def take(server, turn, replies, **options):
    """One turn of an agent whose model says these things."""
    server.script("m", replies)
    host = RecordingHost()

    async def run():
        setup = Setup(agent="a", seed=1, model=Model(name="m", base_url=server.base_url, key="k"))
        async with model.open(ModelOptions(**options), setup) as agent:
            return await agent(turn, host)

    return asyncio.run(run()), host


def test_the_system_message_and_the_sampling_reach_the_model(server):
    take(server, draft(), [say("x")], system_message="Be brief.", temperature=0.3, max_tokens=7)
    [request] = server.requests
    assert request.body["messages"][0] == {"role": "system", "content": "Be brief."}
    assert (request.body["temperature"], request.body["max_tokens"]) == (0.3, 7)


def test_tools_are_run_until_the_model_answers(server, tmp_path, monkeypatch):
    (tmp_path / "arithmetic.py").write_text(
        "def add(x: int, y: int = 1) -> int:\n    'Add two numbers.'\n    return x + y\n"
        "async def slow(x: int) -> str:\n    'Wait a little.'\n    return f'waited {x}'\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    replies = [calls(("add", {"x": 2, "y": 3}), ("slow", {"x": 1})), say("It is 5.")]
    reply, host = take(server, draft(), replies, tools=("arithmetic:add", "arithmetic:slow"))
    assert reply.text == "It is 5."
    assert [(one.kind, one.name, one.text) for one in host.activities] == [
        ("call", "add", '{"x": 2, "y": 3}'),
        ("result", "add", "5"),
        ("call", "slow", '{"x": 1}'),
        ("result", "slow", "waited 1"),
    ]
    declared = server.requests[0].body["tools"][0]["function"]
    assert (declared["name"], declared["description"]) == ("add", "Add two numbers.")
    assert declared["parameters"]["required"] == ["x"]
    assert not any(request.invalid for request in server.requests)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"x": "many"}, "Input should be a valid integer"),
        ("{broken", "error:"),
        ({"z": 1}, "error:"),
        ("[1]", "must be an object"),
    ],
)
def test_wrong_arguments_are_told_to_the_model(server, tmp_path, monkeypatch, arguments, told):
    (tmp_path / "arithmetic2.py").write_text("def add(x: int) -> int:\n    return x + 1\n")
    monkeypatch.syspath_prepend(tmp_path)
    take(server, draft(), [call("add", arguments), say("sorry")], tools=("arithmetic2:add",))
    assert told in server.requests[1].body["messages"][-1]["content"]


def test_an_unknown_tool_is_told_to_the_model(server):
    reply, _ = take(server, draft(), [call("nope", {}), say("sorry")])
    assert reply.text == "sorry"
    assert "there is no tool `nope`" in server.requests[1].body["messages"][-1]["content"]


def test_a_model_that_only_calls_tools_fails_after_its_steps(server):
    with pytest.raises(TurnError, match="no answer after 2 steps"):
        take(server, draft(), [call("nope", {})] * 2, max_steps=2)


def test_a_vote_is_a_native_call(server):
    reply, _ = take(server, vote(), [call("vote", {"reason": "r", "ranking": ["A"]})])
    assert reply.data == [{"reason": "r", "ranking": ["A"]}]
    assert server.requests[0].body["tool_choice"] == "required"


def test_two_calls_in_one_reply_keep_their_order(server):
    reply, _ = take(server, decide(), [calls(("answer", {"answer": "x"}), ("vote", {"ranking": ["A"]}))])
    assert [list(one) for one in reply.data] == [["answer"], ["ranking"]]


def test_arguments_that_are_no_json_go_on_as_they_are(server):
    reply, _ = take(server, vote(), [call("vote", '{"ranking": ["A"')])
    assert reply.data == [{"arguments": '{"ranking": ["A"'}]


@pytest.mark.parametrize("status", [400, 404, 422])
def test_a_server_without_tools_is_asked_in_text(server, status):
    reply, _ = take(server, vote(), [fail(status), say('{"ranking": ["A"]}')])
    assert reply.text == '{"ranking": ["A"]}'
    assert "tools" not in server.requests[1].body


@pytest.mark.parametrize(("status", "transient"), [(401, False), (429, True), (500, True)])
def test_an_error_says_what_the_server_said(server, status, transient):
    with pytest.raises(TurnError, match=f"answered {status}: the script says {status}") as caught:
        take(server, draft(), [fail(status)])
    assert caught.value.transient == transient


def test_an_agent_without_a_model_is_a_clear_error():
    async def run():
        async with model.open(ModelOptions(), Setup(agent="ann", seed=1)):
            pass

    with pytest.raises(ConfigError, match="the agent `ann` has no model"):
        asyncio.run(run())
