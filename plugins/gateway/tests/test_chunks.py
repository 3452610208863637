"""Chunks add up to what a server would have sent in one piece."""

from __future__ import annotations

import asyncio

from massgen_hub.testing.replies import calls, say
from massgen_hub.testing.wire import closing, completion, opening
from massgen_hub_gateway.chunks import assemble, spent


def added_up(chunks):
    async def stream():
        for chunk in chunks:
            yield chunk

    return asyncio.run(assemble(stream()))


def piece(delta, **more):
    return {"id": "c1", "choices": [{"index": 0, "delta": delta, **more}]}


def test_streamed_text_is_the_text_of_the_whole_completion():
    reply = say("Paris, of course.")
    streamed = [*opening("m", 1, reply), *closing("m", 1, reply, with_usage=True)]
    assert added_up(streamed) == completion("m", 1, reply)


def test_streamed_tool_calls_are_those_of_the_whole_completion():
    reply = calls(("vote", {"ranking": ["A", "B"]}), ("answer", {"answer": "a rather long answer"}))
    streamed = [*opening("m", 1, reply), *closing("m", 1, reply, with_usage=True)]
    whole = completion("m", 1, reply)["choices"][0]["message"]["tool_calls"]
    assert added_up(streamed)["choices"][0]["message"]["tool_calls"] == whole


def test_without_usage_there_is_none():
    assert "usage" not in added_up([piece({"content": "hm"}, finish_reason="stop")])


def test_a_role_and_a_name_that_come_with_every_chunk_are_taken_once():
    call = {"index": 0, "id": "x", "function": {"name": "vote", "arguments": "{"}}
    again = {"index": 0, "id": "x", "function": {"name": "vote", "arguments": "}"}}
    roles = {"role": "assistant"}
    message = added_up([piece({**roles, "tool_calls": [call]}), piece({**roles, "tool_calls": [again]})])
    function = {"name": "vote", "arguments": "{}"}
    made = [{"id": "x", "type": "function", "function": function}]
    assert message["choices"][0]["message"] == {"role": "assistant", "content": None, "tool_calls": made}


def test_tool_calls_without_an_index_begin_with_an_id():
    pieces = [{"id": "x", "function": {"name": "a"}}, {"function": {"arguments": "{}"}}, {"id": "y"}]
    made = added_up([piece({"tool_calls": [call]}) for call in pieces])["choices"][0]["message"]["tool_calls"]
    assert [(call["id"], call["function"]["arguments"]) for call in made] == [("x", "{}"), ("y", "")]


def test_fields_that_only_some_models_have_are_kept():
    chunks = [piece({"reasoning_content": "Let me "}), piece({"reasoning_content": "see."})]
    assert added_up(chunks)["choices"][0]["message"]["reasoning_content"] == "Let me see."


def test_several_choices_stay_apart():
    chunks = [{"choices": [{"index": place, "delta": {"content": text}}]} for place, text in ((1, "b"), (0, "a"))]
    assert [choice["message"]["content"] for choice in added_up(chunks)["choices"]] == ["a", "b"]


def test_log_probabilities_are_joined():
    chunks = [piece({}, logprobs={"content": [{"token": token}]}) for token in "ab"]
    assert added_up(chunks)["choices"][0]["logprobs"] == {"content": [{"token": "a"}, {"token": "b"}]}


def test_unknown_usage_is_none_and_not_nought():
    usage = spent(None, "m")
    assert (usage.input, usage.output, usage.cached, usage.cost, usage.calls) == (None, None, None, None, 1)


def test_a_provider_that_knows_the_cost_is_believed():
    usage = spent({"prompt_tokens": 3, "completion_tokens": 0, "cost": 0.25}, "m")
    assert (usage.input, usage.output, usage.cost) == (3, 0, 0.25)
