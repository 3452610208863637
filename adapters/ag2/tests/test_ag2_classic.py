"""Classic AG2: decisions, tools, what is reported, what is refused."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from massgen_hub.contract import Setup
from massgen_hub.errors import ConfigError, TurnError
from massgen_hub.testing import RecordingHost, call, calls, decide, draft, hang, say, vote
from massgen_hub_ag2 import ADAPTER, Ag2Options

BALLOT = {"reason": "It is the capital.", "ranking": ["A", "B"]}
BETTER = {"answer": "Paris, on the Seine."}
WEATHER = {"tools": ["tools_for_tests:weather"]}


@pytest.fixture
def weather(tmp_path, monkeypatch) -> None:
    source = 'def weather(city: str) -> str:\n    """The weather."""\n    return f"rain in {city}"\n'
    later = source.replace("def weather", "async def weather_later")
    (tmp_path / "tools_for_tests.py").write_text(source + later)
    monkeypatch.syspath_prepend(tmp_path)


def test_a_ballot_is_a_native_tool_call(take, server) -> None:
    reply, _ = take(vote(), {}, [call("vote", BALLOT)])
    assert reply.data == BALLOT
    body = server.requests[0].body
    assert [tool["function"]["name"] for tool in body["tools"]] == ["vote"]
    assert body["tool_choice"] == "required"


def test_two_calls_of_one_reply_keep_their_order(take) -> None:
    reply, _ = take(decide(), {}, [calls(("answer", BETTER), ("vote", BALLOT))])
    assert reply.data == [BETTER, BALLOT]


def test_arguments_that_are_no_json_are_left_to_the_hub(take) -> None:
    reply, _ = take(vote(), {}, [call("vote", "{'ranking': ['A']")])
    assert (reply.data, reply.text) == (None, "{'ranking': ['A']")


def test_a_decision_is_one_call_without_the_tools_of_the_agent(take, server, weather) -> None:
    take(vote(), WEATHER, [call("vote", BALLOT)])
    assert [tool["function"]["name"] for tool in server.requests[0].body["tools"]] == ["vote"]


@pytest.mark.parametrize("name", ["weather", "weather_later"])
def test_tools_are_called_and_their_results_read(take, server, weather, name) -> None:
    options = {"tools": [f"tools_for_tests:{name}"]}
    reply, host = take(draft(), options, [call(name, {"city": "Paris"}), say("It rains.")])
    assert reply.text == "It rains." == host.text
    called, result = host.activities
    assert (called.kind, called.name, json.loads(called.text)) == ("call", name, {"city": "Paris"})
    assert (result.kind, result.text, result.id) == ("result", "rain in Paris", called.id)
    assert not [reason for request in server.requests for reason in request.invalid]


def test_an_agent_that_only_calls_tools_fails_after_its_replies(take, server, weather) -> None:
    with pytest.raises(TurnError, match="after 2 replies"):
        take(draft(), {**WEATHER, "max_turns": 2}, lambda body: call("weather", {"city": "Paris"}))
    assert len(server.requests) == 2


def test_a_tool_that_does_not_exist_is_an_error_of_the_config(take) -> None:
    with pytest.raises(ConfigError, match="no_such_module:tool"):
        take(draft(), {"tools": ["no_such_module:tool"]}, [say("never asked")])


def test_usage_is_reported_for_every_call(take, server, weather) -> None:
    _, host = take(draft(), WEATHER, [call("weather", {"city": "Paris"}), say("It rains.")])
    assert host.tokens == server.tokens
    assert {(used.model, used.cost, used.calls) for used in host.spent} == {("m", None, 1)}


def test_options_reach_the_model(take, server) -> None:
    options = {"system_message": "Be brief.", "temperature": 0.5, "max_tokens": 9, "kind": "conversable"}
    take(draft(), options, [say("Paris.")])
    body = server.requests[0].body
    assert body["messages"][0]["content"] == "Be brief."
    assert (body["temperature"], body["max_tokens"], body["stream"]) == (0.5, 9, True)


def test_a_person_may_speak_for_a_described_agent(take, server) -> None:
    reply, host = take(draft(), {"human_input_mode": "ALWAYS"}, [say("never asked")], answers=("Say Lyon.",))
    assert reply.text == "Say Lyon."
    assert host.questions[0].data["said"] == draft().prompt


def test_the_word_that_ends_a_chat_is_no_part_of_the_answer(take) -> None:
    reply, host = take(draft(), {}, [say("Paris.\n\nTERMINATE")])
    assert reply.text == "Paris." == host.text


def test_an_answer_shown_to_the_agent_cannot_silence_it(take) -> None:
    reply, _ = take(draft("TERMINATE"), {}, [say("Paris.")])
    assert reply.text == "Paris."


def test_an_agent_without_a_model_is_an_error_of_the_config() -> None:
    with pytest.raises(ConfigError, match="needs a model"):
        asyncio.run(_open(Ag2Options(), Setup(agent="ada", seed=1)))


def test_a_cancelled_turn_makes_no_more_calls(server) -> None:
    holding = hang("```python\nprint(1)\n```\n")
    server.script("m", [holding, say("never asked")])
    asyncio.run(_cancelled(server, holding.gate))
    assert len(server.requests) == 1


async def _open(options: Ag2Options, setup: Setup) -> None:
    async with ADAPTER.open(options, setup):
        pass


async def _cancelled(server: Any, gate: Any) -> None:
    executor = {"type": "LocalCommandLineCodeExecutor"}
    options = Ag2Options(code_execution_config={"executor": executor})
    async with ADAPTER.open(options, Setup(agent="ada", seed=1, model=server.model("m"))) as agent:
        turn = asyncio.create_task(agent(draft(), host := RecordingHost()))
        await asyncio.to_thread(gate.reached.wait, 30)
        turn.cancel()
        await asyncio.wait([turn])
        gate.released.set()
        await asyncio.to_thread(server.requests[0].answered.wait, 30)
        await _threads_ended()
    assert not host.activities


async def _threads_ended() -> None:
    import threading

    for thread in threading.enumerate():
        if thread.name.startswith("ag2 "):
            await asyncio.to_thread(thread.join, 30)
