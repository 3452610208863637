"""Tool calls and conversations of a model that knows no tools."""

from __future__ import annotations

import asyncio
import json

import pytest
from massgen_hub_gateway.chunks import assemble
from massgen_hub_gateway.errors import ApiError
from massgen_hub_local.conversation import as_text
from massgen_hub_local.upstream import LocalUpstream


class Server:
    """llama.cpp as far as the upstream sees it: it says these pieces and keeps the last request."""

    def __init__(self, *pieces, finish="stop", refusal=None):
        self.pieces, self.finish, self.refusal = pieces, finish, refusal
        self.request = {}

    async def chat(self, request):
        self.request = request
        if self.refusal:
            raise ApiError(400, {"error": self.refusal})
        yield {"id": "chatcmpl-1", "choices": [], "prompt_progress": {"total": 9}}
        for piece in self.pieces:
            yield chunk({"content": piece})
        yield {**chunk({}, self.finish), "timings": {"prompt_n": 9}}


def chunk(delta, finish=None):
    return {"id": "chatcmpl-1", "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}


def tool(name, *arguments):
    parameters = {"type": "object", "properties": {one: {"type": "string"} for one in arguments}}
    return {"type": "function", "function": {"name": name, "description": f"To {name}.", "parameters": parameters}}


VOTE, ANSWER = tool("vote", "reason", "ranking"), tool("answer", "answer")


def asked(server, agent="ada", **options):
    request = {"model": "smollm2", "messages": [{"role": "user", "content": "Hello"}], **options}
    return asyncio.run(assemble(LocalUpstream(server, agent).chat(request)))["choices"][0]


def last_words(server):
    return server.request["messages"][-1]["content"]


def test_the_name_and_the_arguments_are_told_apart_while_they_come():
    choice = asked(Server("vo", 'te{"', 'a":', '"{"}'), tools=[VOTE, ANSWER], tool_choice="required")
    function = choice["message"]["tool_calls"][0]["function"]
    assert (function["name"], json.loads(function["arguments"])) == ("vote", {"a": "{"})
    assert (choice["finish_reason"], choice["message"]["content"]) == ("tool_calls", None)


def test_of_one_tool_only_the_arguments_are_written():
    server = Server('{"answer"', ':"Paris"}')
    function = asked(server, tools=[ANSWER], tool_choice="required")["message"]["tool_calls"][0]["function"]
    assert (function["name"], function["arguments"]) == ("answer", '{"answer":"Paris"}')


def test_a_named_tool_is_the_only_one_shown():
    server = Server("{}")
    asked(server, tools=[VOTE, ANSWER], tool_choice={"type": "function", "function": {"name": "vote"}})
    assert last_words(server) == "Hello\n\nNow call a tool:\nvote(reason, ranking): To vote."


def test_a_named_tool_that_is_not_offered_is_a_bad_request():
    with pytest.raises(ApiError, match="no tool `vote`"):
        asked(Server(), tools=[ANSWER], tool_choice={"type": "function", "function": {"name": "vote"}})


@pytest.mark.parametrize("options", [{}, {"tool_choice": "auto"}, {"tool_choice": "none"}])
def test_a_model_that_may_talk_talks(options):
    server = Server("Hello!")
    assert asked(server, tools=[VOTE], **options)["message"]["content"] == "Hello!"
    assert "grammar" not in server.request
    assert last_words(server) == "Hello"


def test_a_call_that_is_cut_off_says_so():
    choice = asked(Server('{"answer', finish="length"), tools=[ANSWER], tool_choice="required")
    assert choice["finish_reason"] == "length"


def test_neither_progress_nor_timings_reach_the_client():
    async def run():
        request = {"model": "smollm2", "messages": [{"role": "user", "content": "Hello"}]}
        return [one async for one in LocalUpstream(Server("Hi"), "ada").chat(request)]

    assert asyncio.run(run()) == [chunk({"content": "Hi"}), chunk({}, "stop")]


def test_the_options_of_a_client_are_passed_on():
    server = Server("Hi")
    options = {"temperature": 0, "seed": 7, "top_p": 0.5, "stop": ["."], "max_tokens": 9, "frequency_penalty": None}
    asked(server, **options)
    assert {name: server.request[name] for name in options if name in server.request} == {
        name: value for name, value in options.items() if value is not None
    }


def test_json_is_not_stopped_in_the_middle():
    server = Server("{}")
    asked(server, stop=["Observation:"], response_format={"type": "json_object"})
    assert "stop" not in server.request


def test_without_a_seed_it_depends_on_the_agent_and_the_words():
    server = Server("Hi")
    seeds = []
    for agent, words in (("ada", "Hello"), ("ada", "Hello"), ("bob", "Hello"), ("ada", "Goodbye")):
        asked(server, agent, messages=[{"role": "user", "content": words}])
        seeds.append(server.request["seed"])
    assert seeds[0] == seeds[1]
    assert len(set(seeds)) == 3


def test_a_prompt_that_is_too_long_is_refused_with_the_code_that_clients_know():
    refusal = {"message": "try increasing it", "n_prompt_tokens": 6000, "n_ctx": 4096}
    with pytest.raises(ApiError, match="6000 tokens.*no more than 4096") as raised:
        asked(Server(refusal=refusal))
    assert (raised.value.status, raised.value.body["error"]["code"]) == (400, "context_length_exceeded")


def test_no_messages_are_a_bad_request():
    with pytest.raises(ApiError, match="no messages"):
        asked(Server(), messages=[])


def test_calls_and_their_results_become_words():
    call = {"id": "c1", "type": "function", "function": {"name": "search", "arguments": '{"q":"France"}'}}
    messages = [
        {"role": "developer", "content": "Be brief."},
        {"role": "user", "content": [{"type": "text", "text": "Capital "}, {"type": "text", "text": "of France?"}]},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c1", "content": "Paris"},
    ]
    assert as_text(messages) == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Capital of France?"},
        {"role": "assistant", "content": 'search{"q":"France"}'},
        {"role": "user", "content": "Result of search: Paris"},
    ]


def test_a_picture_is_refused():
    with pytest.raises(ApiError, match="reads text only, not `image_url`"):
        as_text([{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "x"}}]}])


def test_a_note_on_tools_after_the_models_own_words_is_a_message_of_its_own():
    server = Server("{}")
    messages = [{"role": "user", "content": "Hello"}, {"role": "assistant", "content": "Hm."}]
    asked(server, messages=messages, tools=[ANSWER], tool_choice="required")
    assert server.request["messages"][1:] == [
        {"role": "assistant", "content": "Hm."},
        {"role": "user", "content": "Now call a tool:\nanswer(answer): To answer."},
    ]
