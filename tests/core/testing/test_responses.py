"""The scripted model server speaks the Responses API, to the client that its users have."""

from __future__ import annotations

import pytest
from massgen_hub.testing import ModelServer, calls, cut, fail, say
from openai import BadRequestError, OpenAI

ADD = {"type": "function", "name": "add", "parameters": {"type": "object", "properties": {"x": {}}}}


@pytest.fixture
def server():
    with ModelServer() as server:
        yield server


@pytest.fixture
def client(server):
    with OpenAI(base_url=server.base_url, api_key="k", max_retries=0) as client:
        yield client


def test_a_reply_is_one_object(server, client):
    server.script("m", [say("Paris")])
    answer = client.responses.create(model="m", input="Capital of France?", instructions="Be brief.")
    assert answer.output_text == "Paris"
    assert (answer.usage.input_tokens, answer.usage.output_tokens) == server.requests[0].usage


def test_a_script_sees_the_request_as_one_of_chat_completions(server, client):
    server.script("m", [say("Paris")])
    client.responses.create(model="m", input="Capital?", instructions="Be brief.", tools=[ADD])
    body = server.requests[0].body
    assert [(message["role"], message["content"]) for message in body["messages"]] == [
        ("system", "Be brief."),
        ("user", "Capital?"),
    ]
    assert body["tools"][0]["function"]["name"] == "add"


def test_text_and_tool_calls_are_streamed_in_pieces(server, client):
    server.script("m", [calls(("add", {"x": 12345678}), ("add", {"x": 2}), text="Let me add.")])
    with client.responses.stream(model="m", input="?", tools=[ADD]) as stream:
        events = list(stream)
        whole = stream.get_final_response()
    said = [event.delta for event in events if event.type == "response.output_text.delta"]
    assert len(said) == 3
    assert "".join(said) == "Let me add."
    made = [(item.name, item.arguments) for item in whole.output if item.type == "function_call"]
    assert made == [("add", '{"x": 12345678}'), ("add", '{"x": 2}')]
    assert [event.sequence_number for event in events if hasattr(event, "sequence_number")] == sorted(
        event.sequence_number for event in events if hasattr(event, "sequence_number")
    )


def test_a_call_without_its_output_is_refused(server, client):
    call = {"type": "function_call", "call_id": "1", "name": "add", "arguments": "{}"}
    with pytest.raises(BadRequestError, match="call 1 has no result"):
        client.responses.create(model="m", input=[call, {"role": "user", "content": "go on"}])
    output = {"type": "function_call_output", "call_id": "1", "output": "3"}
    server.script("m", [say("3")])
    assert client.responses.create(model="m", input=[call, output]).output_text == "3"


@pytest.mark.parametrize("reply", [cut("Par"), fail(500)])
def test_it_can_fail_and_hang_up(server, client, reply):
    server.script("m", [reply])
    with (
        pytest.raises(Exception, match="500|peer closed|Connection"),
        client.responses.stream(model="m", input="?") as stream,
    ):
        list(stream)
