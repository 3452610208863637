"""The scripted model server of the testing kit."""

from __future__ import annotations

import json
from collections.abc import Iterator
from threading import Thread
from typing import Any

import httpx
import pytest
from massgen_hub.testing import ModelServer, call, calls, cut, decides, fail, hang, in_turn, say, says

VOTE = {"type": "function", "function": {"name": "vote", "parameters": {"properties": {"ranking": {}}}}}


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with ModelServer() as server:
        yield server


def ask(server: ModelServer, model: str = "m", **fields: Any) -> httpx.Response:
    body = {"model": model, "messages": [{"role": "user", "content": "hi"}], **fields}
    return httpx.post(f"{server.base_url}/chat/completions", json=body, headers={"authorization": "Bearer k"})


def chunks(response: httpx.Response) -> list[dict[str, Any]]:
    lines = [line.removeprefix("data: ") for line in response.text.splitlines() if line]
    assert lines.pop() == "[DONE]"
    return [json.loads(line) for line in lines]


def deltas(response: httpx.Response) -> list[dict[str, Any]]:
    return [chunk["choices"][0]["delta"] for chunk in chunks(response) if chunk["choices"]]


def message(response: httpx.Response) -> dict[str, Any]:
    return response.json()["choices"][0]["message"]


def test_a_script_is_played_in_order(server):
    server.script("m", [say("one"), say("two")])
    assert [message(ask(server))["content"] for _ in range(2)] == ["one", "two"]


def test_a_request_after_the_script_is_an_error_that_no_client_retries(server):
    server.script("m", [])
    assert ask(server).status_code == 400


def test_a_model_without_a_script_echoes(server):
    assert message(ask(server))["content"] == "hi"


def test_a_script_may_be_a_function_of_the_request(server):
    server.script("m", lambda body: say(body["model"] * 2))
    assert message(ask(server))["content"] == "mm"


def test_text_is_streamed_word_by_word_and_whole(server):
    server.script("m", [say("two\n  words ")])
    pieces = [delta["content"] for delta in deltas(ask(server, stream=True)) if delta.get("content")]
    assert len(pieces) == 2
    assert "".join(pieces) == "two\n  words "


def test_the_arguments_of_streamed_tool_calls_come_in_pieces(server):
    server.script("m", [calls(("vote", {"ranking": ["A", "B"]}), ("note", "not JSON"))])
    made = [part for delta in deltas(ask(server, stream=True)) for part in delta.get("tool_calls", ())]
    arguments = [part["function"]["arguments"] for part in made if part["index"] == 0]
    assert len(arguments) > 2
    assert json.loads("".join(arguments)) == {"ranking": ["A", "B"]}
    assert made[-1]["function"]["arguments"] == "not JSON"


def test_tool_calls_end_with_their_finish_reason(server):
    server.script("m", [call("vote", {})])
    assert ask(server).json()["choices"][0]["finish_reason"] == "tool_calls"


def test_streamed_usage_comes_only_when_asked_for(server):
    silent = chunks(ask(server, stream=True))
    counted = chunks(ask(server, stream=True, stream_options={"include_usage": True}))
    assert not any("usage" in chunk for chunk in silent)
    assert counted[-1]["usage"]["prompt_tokens"] == server.requests[1].usage[0]


def test_usage_differs_from_call_to_call(server):
    first, second = (ask(server).json()["usage"]["total_tokens"] for _ in range(2))
    assert first != second


def test_an_error_has_its_status(server):
    server.script("m", [fail(429)])
    assert ask(server).status_code == 429


def test_it_lists_its_models(server):
    server.script("m", [])
    listed = httpx.get(f"{server.base_url}/models").json()["data"]
    assert [model["id"] for model in listed] == ["m"]


def test_it_records_who_asked_what_where(server):
    ask(server, temperature=0.5)
    request = server.requests[0]
    assert (request.path, request.authorization) == ("/v1/chat/completions", "Bearer k")
    assert request.body["temperature"] == 0.5


def test_a_valid_sequence_of_tool_messages_is_valid(server):
    made = {"id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    asked = {"role": "assistant", "content": None, "tool_calls": [made]}
    ask(server, messages=[asked, {"role": "tool", "tool_call_id": "1", "content": "x"}])
    assert server.requests[0].invalid == []


def test_a_tool_call_without_a_result_is_invalid(server):
    made = {"id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    asked = {"role": "assistant", "content": None, "tool_calls": [made]}
    refused = ask(server, messages=[asked, {"role": "user", "content": "go on"}])
    assert server.requests[0].invalid == ["call 1 has no result before message 1"]
    assert (refused.status_code, refused.json()["error"]["message"]) == (400, server.requests[0].invalid[0])


def test_a_result_without_a_tool_call_is_invalid(server):
    ask(server, messages=[{"role": "tool", "tool_call_id": "1", "content": "x"}])
    assert server.requests[0].invalid == ["message 0 is the result of no call"]


@pytest.mark.parametrize("stream", [True, False])
def test_a_model_may_hang_up_on_its_client(server, stream):
    server.script("m", [cut("Par")])
    with pytest.raises(httpx.RemoteProtocolError):
        ask(server, stream=stream)


@pytest.mark.parametrize("stream", [True, False])
def test_a_client_that_hangs_up_is_noticed(server, stream):
    server.script("m", [hang("one ")])
    with pytest.raises(httpx.ReadTimeout):
        httpx.post(f"{server.base_url}/chat/completions", json={"model": "m", "stream": stream}, timeout=0.2)
    assert server.requests[0].answered.wait(5)
    assert server.requests[0].disconnected


def test_a_released_reply_goes_on(server):
    held = hang("all of it")
    assert held.gate is not None
    server.script("m", [held])
    release = Thread(target=lambda: held.gate.reached.wait(5) and held.gate.released.set())
    release.start()
    assert message(ask(server))["content"] == "all of it"
    assert not server.requests[0].disconnected
    release.join()


def test_leaving_hangs_up_on_clients_that_wait():
    held = hang()
    assert held.gate is not None
    with ModelServer() as server:
        server.script("m", [held])
        failures: list[Exception] = []
        client = Thread(target=lambda: failures.extend(caught(lambda: ask(server))))
        client.start()
        assert held.gate.reached.wait(5)
    client.join(5)
    assert isinstance(failures[0], httpx.HTTPError)


def test_a_decision_is_made_by_the_tool_that_takes_it(server):
    server.script("m", decides({"ranking": ["A"]}))
    assert message(ask(server, tools=[VOTE]))["tool_calls"][0]["function"]["name"] == "vote"


def test_a_decision_is_json_text_where_tools_are_forbidden(server):
    server.script("m", decides({"ranking": ["A"]}))
    assert message(ask(server, tools=[VOTE], tool_choice="none"))["content"] == '{"ranking": ["A"]}'


def test_an_answer_is_a_tool_call_where_one_is_required(server):
    final = {"type": "function", "function": {"name": "final", "parameters": {"properties": {"answer": {}}}}}
    server.script("m", says("Paris"))
    made = message(ask(server, tools=[final], tool_choice="required"))["tool_calls"][0]["function"]
    assert (made["name"], json.loads(made["arguments"])) == ("final", {"answer": "Paris"})


def caught(function: Any) -> Iterator[Exception]:
    try:
        function()
    except Exception as failure:
        yield failure


def test_several_decisions_are_calls_of_one_reply_or_lines_of_text(server):
    server.script("m", decides({"ranking": ["A"]}, {"answer": "x"}))
    answer = {"type": "function", "function": {"name": "better", "parameters": {"properties": {"answer": {}}}}}
    made = message(ask(server, tools=[VOTE, answer]))["tool_calls"]
    assert [call["function"]["name"] for call in made] == ["vote", "better"]
    assert message(ask(server))["content"] == '{"ranking": ["A"]}\n{"answer": "x"}'


def test_first_replies_may_come_before_a_script(server):
    server.script("m", in_turn(call("add", {"x": 1}), then=says("2")))
    assert message(ask(server))["tool_calls"][0]["function"]["name"] == "add"
    assert [message(ask(server))["content"] for _ in range(2)] == ["2", "2"]
