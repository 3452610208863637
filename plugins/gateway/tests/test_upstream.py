"""Providers that do not behave."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager

import pytest
from massgen_hub.contract import Model
from massgen_hub_gateway.errors import ApiError
from massgen_hub_gateway.upstream import HttpUpstream, http_client

EVENTS = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"
CHUNK = {"choices": [{"index": 0, "delta": {"content": "well"}, "finish_reason": None}]}
LAST = {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}


def event(value):
    return f"data: {json.dumps(value, ensure_ascii=False)}\n\n"


def answer(status, body, headers=""):
    return f"HTTP/1.1 {status} X\r\ncontent-length: {len(body.encode())}\r\n{headers}\r\n{body}"


@asynccontextmanager
async def server(raw):
    """A server that sends these bytes whatever it is asked, and hangs up."""

    async def serve(reader, writer):
        await reader.readuntil(b"}]}")
        writer.write(raw.encode())
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as listening:
        yield f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/v1"


def chunks_from(raw, key="secret-key"):
    async def run():
        async with server(raw) as address, http_client() as client:
            upstream = HttpUpstream(Model(name="m", base_url=address, key=key), client)
            request = {"model": "m", "messages": [{"content": [{}]}]}
            return [chunk async for chunk in upstream.chat(request)]

    return asyncio.run(run())


def refusal_of(raw):
    with pytest.raises(ApiError) as raised:
        chunks_from(raw)
    return raised.value


def test_chunks_comments_and_the_end_are_told_apart():
    raw = EVENTS + "\r\n: ping\n\n" + event(CHUNK) + event(LAST) + "data: [DONE]\n\n"
    assert chunks_from(raw) == [CHUNK, LAST]


def test_a_line_separator_inside_a_text_does_not_end_the_event():
    odd = {"choices": [{"index": 0, "delta": {"content": "a\u2028b"}, "finish_reason": "stop"}]}
    assert chunks_from(EVENTS + "\r\n" + event(odd)) == [odd]


def test_a_server_that_forgets_to_say_done_is_forgiven():
    assert chunks_from(EVENTS + "\r\n" + event(CHUNK) + event(LAST)) == [CHUNK, LAST]


def test_a_stream_that_is_cut_off_is_no_answer():
    refusal = refusal_of(EVENTS + "\r\n" + event(CHUNK))
    assert (refusal.status, refusal.body["error"]["type"]) == (502, "upstream_broken")


def test_a_connection_that_is_lost_in_the_middle_is_no_answer():
    refusal = refusal_of(EVENTS + "content-length: 100000\r\n\r\n" + event(CHUNK))
    assert (refusal.status, refusal.body["error"]["type"]) == (502, "upstream_unreachable")


def test_an_error_in_place_of_a_chunk_is_raised_with_its_code():
    refusal = refusal_of(EVENTS + "\r\n" + event(CHUNK) + event({"error": {"message": "too many", "code": 429}}))
    assert (refusal.status, refusal.message) == (429, "too many")


def test_a_server_that_sends_something_else_is_broken():
    assert refusal_of(EVENTS + "\r\ndata: <html>\n\n").status == 502


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ('{"error": {"message": "no such model"}}', "no such model"),
        ('{"error": "no such model"}', "no such model"),
        ('{"detail": "no such model"}', '{"detail": "no such model"}'),
        ('[{"error": {"message": "no"}}]', '[{"error": {"message": "no"}}]'),
        ("Bad gateway", "Bad gateway"),
        ("", "X"),
    ],
)
def test_every_refusal_takes_the_form_of_the_api(body, message):
    refusal = refusal_of(answer(404, body))
    assert (refusal.status, refusal.body["error"]["message"]) == (404, message)


def test_a_refusal_never_shows_the_real_key():
    assert "secret-key" not in refusal_of(answer(401, "wrong key: secret-key")).message


def test_the_time_to_wait_is_passed_on():
    assert refusal_of(answer(429, "slow down", "retry-after: 7\r\n")).headers == {"retry-after": "7"}


def test_a_redirect_is_not_followed_with_the_key():
    assert refusal_of(answer(302, "", "location: http://127.0.0.1:9/\r\n")).status == 502


def test_the_address_keeps_its_query():
    upstream = HttpUpstream(Model(name="m", base_url="http://127.0.0.1/openai/?api-version=1"), http_client())
    assert str(upstream._url) == "http://127.0.0.1/openai/chat/completions?api-version=1"
