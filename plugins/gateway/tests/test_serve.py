"""The server for models inside this process, as other plugins use it."""

from __future__ import annotations

import asyncio
import signal
import socket
import subprocess
import sys
from contextlib import asynccontextmanager

import httpx
import openai
import pytest
from massgen_hub.contract import Model
from massgen_hub_gateway.errors import api_error
from massgen_hub_gateway.server import _listening, serve
from openai import AsyncOpenAI

WELL = {"choices": [{"index": 0, "delta": {"content": "well"}, "finish_reason": None}]}


def scripted(*steps):
    """An upstream that yields chunks and raises exceptions in this order."""

    class Upstream:
        async def chat(self, request):
            for step in steps:
                if isinstance(step, Exception):
                    raise step
                yield step

    return Upstream()


@asynccontextmanager
async def serving(upstream, meter=lambda _agent, _usage: None):
    """The model that ada is given."""
    async with serve({"ada": upstream}, {"ada": Model(name="tiny")}, meter) as given:
        yield given["ada"]


def served(upstream, talk):
    """What `talk(client)` gives, and what was metered."""
    metered = []

    async def run():
        async with (
            serving(upstream, lambda *call: metered.append(call)) as model,
            AsyncOpenAI(base_url=model.base_url, api_key=model.key, max_retries=0) as client,
        ):
            return await talk(client)

    return asyncio.run(run()), metered


async def ask(client, **options):
    messages = [{"role": "user", "content": "Hello"}]
    return await client.chat.completions.create(model="tiny", messages=messages, **options)


async def drained(client):
    return [chunk async for chunk in await ask(client, stream=True)]


async def failing(client, talk=ask):
    with pytest.raises(openai.APIError) as raised:
        await talk(client)
    return raised.value


def test_an_error_in_the_middle_of_a_stream_reaches_the_client():
    broken = scripted(WELL, api_error(502, "the cable was cut", "upstream_broken"))
    error, metered = served(broken, lambda client: failing(client, drained))
    assert error.message == "the cable was cut"
    assert len(metered) == 1


def test_an_error_in_the_middle_of_a_whole_answer_is_its_status():
    broken = scripted(WELL, api_error(503, "the cable was cut", "upstream_broken"))
    assert served(broken, failing)[0].status_code == 503


def test_a_model_that_says_nothing_at_all_is_an_error():
    assert served(scripted(), failing)[0].status_code == 502


def test_a_bug_of_an_upstream_is_a_server_error_and_not_silence():
    error, metered = served(scripted(KeyError("oops")), failing)
    assert error.status_code == 500
    assert "oops" in error.message
    assert len(metered) == 1


@pytest.mark.parametrize("stream", [True, False])
def test_a_client_that_hangs_up_stops_the_model(endless, stream):
    async def hang_up(client):
        asking = asyncio.create_task(drained(client) if stream else ask(client))
        await asyncio.wait_for(upstream.started.wait(), 5)
        asking.cancel()
        await asyncio.wait_for(upstream.stopped.wait(), 5)

    upstream = endless()
    _, metered = served(upstream, hang_up)
    assert [(agent, usage.input, usage.output) for agent, usage in metered] == [("ada", 7, None)]


def test_signals_are_left_to_the_hub():
    def handlers():
        return [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]

    async def run():
        before = handlers()
        async with serving(scripted(WELL)) as model, AsyncOpenAI(base_url=model.base_url, api_key=model.key) as client:
            await ask(client)
            return before, handlers()

    before, during = asyncio.run(run())
    assert before == during


def test_small_answers_are_not_held_back_by_nagles_algorithm():
    with _listening() as listening:
        assert listening.proto == socket.IPPROTO_TCP  # what asyncio looks at


def test_the_port_is_closed_afterwards():
    async def run():
        async with serving(scripted(WELL)) as model:
            pass
        async with httpx.AsyncClient() as client:
            await client.get(model.base_url)

    with pytest.raises(httpx.ConnectError):
        asyncio.run(run())


def test_listing_the_plugin_imports_no_server():
    code = "import massgen_hub_gateway, sys; print({'uvicorn', 'starlette', 'httpx'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
