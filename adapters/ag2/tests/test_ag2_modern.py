"""AG2 1.x and `autogen.beta`: decisions, tools, code, and the user's own agents."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from importlib import import_module
from types import ModuleType
from typing import Any

import pytest
from massgen_hub.contract import Setup, Shown
from massgen_hub.errors import ConfigError, NotAvailable, TurnError
from massgen_hub.testing import ModelServer, RecordingHost, call, calls, decide, draft, say, vote
from massgen_hub_ag2 import ADAPTER, Ag2Options

MODERN = {"kind": "agent"}
LOCAL = {**MODERN, "code_execution_config": {"executor": {"type": "LocalCommandLineCodeExecutor", "timeout": 20}}}
BALLOT = {"reason": "It is the capital.", "ranking": ["A", "B"]}
BETTER = {"answer": "Paris, on the Seine."}


def runs(code: str) -> Any:
    return call("run_code", {"code": code, "language": "python"})


@pytest.fixture(params=["ag2", "autogen.beta"])
def package(request) -> ModuleType:
    return import_module(request.param)


def made(package: ModuleType, server: ModelServer, **options: Any) -> Any:
    config = import_module(f"{package.__name__}.config").OpenAIConfig(
        model="m", api_key="x", base_url=server.base_url, max_retries=2
    )
    return package.Agent("mine", "Be brief.", config=config, **options)


def weather(city: str) -> str:
    """The weather."""
    return f"rain in {city}"


def test_a_ballot_is_a_native_tool_call(take, server) -> None:
    reply, _ = take(vote(), MODERN, [call("vote", BALLOT)])
    assert reply.data == BALLOT
    assert server.requests[0].body["tool_choice"] == "required"


def test_two_calls_of_one_reply_keep_their_order(take) -> None:
    for _ in range(10):
        reply, _ = take(decide(), MODERN, [calls(("answer", BETTER), ("vote", BALLOT))])
        assert reply.data == [BETTER, BALLOT]


def test_options_reach_the_model(take, server) -> None:
    options = {**MODERN, "system_message": "Be brief.", "temperature": 1.5, "max_tokens": 9}
    take(draft(), options, [say("Paris.")])
    body = server.requests[0].body
    assert body["messages"][0] == {"role": "system", "content": "Be brief."}
    assert (body["temperature"], body["max_tokens"], body["stream"]) == (1.5, 9, True)


def test_usage_is_reported_for_every_call(take, server) -> None:
    _, host = take(draft(), LOCAL, [runs("print(6 * 7)"), say("42")])
    assert host.tokens == server.tokens


def test_its_own_code_is_run_and_reported_as_a_pair(take) -> None:
    reply, host = take(draft(), LOCAL, [runs("print(6 * 7)"), say("It is 42.")])
    assert reply.text == "It is 42."
    code, output = host.activities
    assert (code.kind, code.name, code.text) == ("code", "python", "print(6 * 7)")
    assert (output.kind, output.text, output.id) == ("output", "42", code.id)


def test_code_runs_in_the_folder_of_the_turn(take, tmp_path) -> None:
    take(draft(folder=str(tmp_path)), LOCAL, [runs("open('answer.txt', 'w').close()"), say("Done.")])
    assert [path.name for path in tmp_path.iterdir()] == ["answer.txt"]


def test_code_of_another_agent_is_never_run(take, tmp_path) -> None:
    peers = f"open({str(tmp_path / 'ran')!r}, 'w').close()"
    shown = f"```python\n{peers}\n```"
    turn = replace(draft(), kind="present", prompt=f"~3fa0 A\n{shown}\n~3fa0", shown=(Shown(label="A", text=shown),))
    _, host = take(turn, LOCAL, [runs(peers), say("Done.")])
    assert "not run" in host.activities[1].text
    assert not list(tmp_path.iterdir())


def test_the_replies_of_a_turn_are_bounded(take, server) -> None:
    with pytest.raises(TurnError, match="after 3 replies"):
        take(draft(), {**LOCAL, "max_turns": 3}, lambda body: runs("print(1)"))
    assert len(server.requests) == 3


def test_a_decision_runs_no_code(take, tmp_path) -> None:
    _, host = take(vote(), LOCAL, [runs(f"open({str(tmp_path / 'ran')!r}, 'w').close()")])
    assert not host.activities
    assert not list(tmp_path.iterdir())


def test_an_existing_agent_is_as_it_was(take, server, package) -> None:
    agent = made(package, server, tools=[weather])
    before = {name: (id(value), repr(value)) for name, value in vars(agent).items()}
    take(draft(), {}, [call("weather", {"city": "Paris"}), say("It rains.")], target=agent)
    take(vote(), {}, [call("vote", BALLOT)], target=agent)
    assert {name: (id(value), repr(value)) for name, value in vars(agent).items()} == before


def test_an_existing_agent_streams_uses_its_tools_and_votes(take, server, package) -> None:
    agent = made(package, server, tools=[weather])
    reply, host = take(draft(), {}, [call("weather", {"city": "Paris"}), say("It rains.")], target=agent)
    assert reply.text == "It rains." == host.text
    called, result = host.activities
    assert (called.kind, called.name, json.loads(called.text)) == ("call", "weather", {"city": "Paris"})
    assert (result.kind, result.text, result.id) == ("result", "rain in Paris", called.id)
    reply, _ = take(vote(), {}, [call("vote", BALLOT)], target=agent)
    assert reply.data == BALLOT
    assert [tool["function"]["name"] for tool in server.requests[-1].body["tools"]] == ["vote"]


def test_a_reply_format_of_its_own_does_not_bind_its_vote(take, server, package) -> None:
    agent = made(package, server, response_schema=int)
    reply, _ = take(vote(), {}, [call("vote", BALLOT)], target=agent)
    assert reply.data == BALLOT
    assert "response_format" not in server.requests[0].body


def test_what_its_tools_ask_a_person_is_put_to_the_hub(take, server, package) -> None:
    agent = made(package, server, tools=[_asking(package)])
    reply, host = take(draft(), {}, [call("ask", {}), say("Blue.")], target=agent, answers=("blue",))
    assert [question.text for question in host.questions] == ["Which colour?"]
    assert host.activities[1].text == "blue"
    assert reply.text == "Blue."


def test_where_nobody_can_answer_the_turn_fails_and_says_so(take, server) -> None:
    package = import_module("ag2")
    with pytest.raises(NotAvailable, match="nobody answers: Which colour"):
        take(draft(), {}, [call("ask", {}), say("never asked")], target=made(package, server, tools=[_asking(package)]))


def test_an_agent_without_a_config_takes_the_model_of_the_hub(server) -> None:
    async def turn() -> str:
        agent = import_module("ag2").Agent("mine")
        setup = Setup(agent="ada", seed=1, model=server.model("m"), target=agent)
        async with ADAPTER.open(Ag2Options(), setup) as opened:
            return (await opened(draft(), RecordingHost())).text

    server.script("m", [say("Paris.")])
    assert asyncio.run(turn()) == "Paris."


def test_an_agent_without_any_model_is_an_error_of_the_config(take) -> None:
    with pytest.raises(ConfigError, match="needs a model"):
        take(draft(), {}, target=import_module("ag2").Agent("mine"))


def test_nothing_is_left_open_when_the_loop_ends(take, capfd) -> None:
    for _ in range(3):
        take(draft(), MODERN, [say("Paris.")])
    assert tuple(capfd.readouterr()) == ("", "")


def _asking(package: ModuleType) -> Any:
    async def ask(context) -> str:
        return await context.input("Which colour?")

    ask.__annotations__["context"] = package.Context
    return package.tool(ask)
