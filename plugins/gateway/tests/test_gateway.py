"""Agents with the real client of OpenAI, the gateway, and a scripted provider."""

from __future__ import annotations

import asyncio
import socket
from contextlib import AsyncExitStack

import httpx
import openai
import pytest
from massgen_hub.contract import Model
from massgen_hub.testing.replies import call, fail, hang, say

HELLO = [{"role": "user", "content": "Hello"}]
VOTE = {"type": "function", "function": {"name": "vote", "parameters": {"type": "object", "properties": {}}}}


def through(gateway, models, talk):
    """What `talk` returns, a coroutine function of the client of ada."""

    async def run():
        async with gateway.over(models), gateway.client() as client:
            return await talk(client)

    return asyncio.run(run())


async def ask(client, **options):
    return await client.chat.completions.create(model="m", messages=HELLO, **options)


async def streamed(client, **options):
    return [chunk async for chunk in await ask(client, stream=True, **options)]


def counts(gateway):
    return [(agent, usage.input, usage.output, usage.cached) for agent, usage in gateway.metered]


def test_a_completion_comes_through_whole(gateway, provider):
    provider.script("m", [say("Hello there, friend.")])
    completion = through(gateway, {"ada": provider.model("m")}, ask)
    assert completion.choices[0].message.content == "Hello there, friend."
    assert completion.choices[0].finish_reason == "stop"
    assert (completion.usage.prompt_tokens, completion.usage.completion_tokens) == provider.requests[0].usage


def test_a_stream_comes_through_in_its_pieces(gateway, provider):
    provider.script("m", [say("Hello there, friend.")])
    chunks = through(gateway, {"ada": provider.model("m")}, streamed)
    texts = [chunk.choices[0].delta.content for chunk in chunks]
    assert [text for text in texts if text] == ["Hello ", "there, ", "friend."]


def test_tool_calls_come_through(gateway, provider):
    provider.script("m", [call("vote", {"ranking": ["A"]}), call("vote", {"ranking": ["B"]})])

    async def both(client):
        whole = await ask(client, tools=[VOTE], tool_choice="required")
        pieces = await streamed(client, tools=[VOTE])
        return whole.choices[0].message.tool_calls[0].function, pieces

    whole, pieces = through(gateway, {"ada": provider.model("m")}, both)
    deltas = [delta for chunk in pieces for delta in chunk.choices[0].delta.tool_calls or ()]
    assert (whole.name, whole.arguments) == ("vote", '{"ranking": ["A"]}')
    assert "".join(delta.function.arguments for delta in deltas) == '{"ranking": ["B"]}'
    assert provider.requests[0].body["tools"] == [VOTE]
    assert provider.requests[0].body["tool_choice"] == "required"


def test_the_provider_gets_the_real_key_and_the_agent_gets_another(gateway, provider):
    through(gateway, {"ada": provider.model("m")}, ask)
    assert provider.requests[0].authorization == "Bearer test-key"
    assert gateway.given["ada"].key != "test-key"
    assert gateway.given["ada"].name == "m"


def test_a_client_that_asks_for_usage_gets_it(gateway, provider):
    options = {"stream_options": {"include_usage": True}}
    chunks = through(gateway, {"ada": provider.model("m")}, lambda client: streamed(client, **options))
    assert chunks[-1].choices == []
    assert (chunks[-1].usage.prompt_tokens, chunks[-1].usage.completion_tokens) == provider.requests[0].usage


def test_a_client_that_does_not_ask_for_usage_is_spared_it_but_metered(gateway, provider):
    chunks = through(gateway, {"ada": provider.model("m")}, streamed)
    assert all(chunk.choices and chunk.usage is None for chunk in chunks)
    assert counts(gateway) == [("ada", *provider.requests[0].usage, 1)]


def test_every_call_is_metered_once_for_the_agent_whose_key_it_used(gateway, provider):
    async def run():
        models = {agent: provider.model("m") for agent in ("ada", "bob")}
        async with gateway.over(models), gateway.client("ada") as ada, gateway.client("bob") as bob:
            await asyncio.gather(ask(ada), streamed(bob), ask(ada))

    asyncio.run(run())
    reported = sorted(request.usage for request in provider.requests)
    assert sorted((spent, got) for _, spent, got, _ in counts(gateway)) == reported
    assert sorted(agent for agent, *_ in counts(gateway)) == ["ada", "ada", "bob"]
    assert {usage.model for _, usage in gateway.metered} == {"m"}


def test_a_wrong_key_is_refused_in_the_words_of_the_api(gateway, provider):
    async def run():
        async with gateway.over({"ada": provider.model("m")}), gateway.client(key="sk-wrong") as client:
            await ask(client)

    with pytest.raises(openai.AuthenticationError, match="does not know this key"):
        asyncio.run(run())
    assert provider.requests == []
    assert gateway.metered == []


def test_the_models_are_the_one_of_the_agent(gateway, provider):
    async def names(client):
        return [model.id async for model in client.models.list()]

    assert through(gateway, {"ada": provider.model("m")}, names) == ["m"]


def test_the_list_of_models_needs_a_key_too(gateway, provider):
    async def run():
        async with gateway.over({"ada": provider.model("m")}), httpx.AsyncClient() as client:
            return await client.get(f"{gateway.given['ada'].base_url}/models")

    assert asyncio.run(run()).status_code == 401


def test_another_path_says_what_the_gateway_speaks(gateway, provider):
    async def respond(client):
        await client.responses.create(model="m", input="Hello")

    with pytest.raises(openai.NotFoundError, match="speaks Chat Completions"):
        through(gateway, {"ada": provider.model("m")}, respond)


def test_a_body_that_is_no_json_is_a_bad_request(gateway, provider):
    async def run():
        async with gateway.over({"ada": provider.model("m")}), httpx.AsyncClient() as client:
            model = gateway.given["ada"]
            headers = {"authorization": f"Bearer {model.key}"}
            return await client.post(f"{model.base_url}/chat/completions", content=b"{", headers=headers)

    answer = asyncio.run(run())
    assert answer.status_code == 400
    assert answer.json()["error"]["type"] == "invalid_request_error"


@pytest.mark.parametrize("talk", [ask, streamed])
@pytest.mark.parametrize(("status", "error"), [(429, openai.RateLimitError), (500, openai.InternalServerError)])
def test_a_refusal_passes_with_its_status_and_its_words(gateway, provider, talk, status, error):
    provider.script("m", [fail(status)])
    with pytest.raises(error, match=f"the script says {status}") as raised:
        through(gateway, {"ada": provider.model("m")}, talk)
    assert raised.value.status_code == status
    assert counts(gateway) == [("ada", None, None, None)]


@pytest.mark.parametrize("talk", [ask, streamed])
def test_a_model_that_is_not_there_is_a_bad_gateway_that_names_the_address(gateway, talk):
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{nobody.getsockname()[1]}"
        with pytest.raises(openai.InternalServerError, match=address) as raised:
            through(gateway, {"ada": Model(name="m", base_url=f"http://{address}/v1")}, talk)
    assert raised.value.status_code == 502
    assert raised.value.type == "upstream_unreachable"


@pytest.mark.parametrize("stream", [True, False])
def test_a_client_that_hangs_up_ends_the_call_to_the_provider(gateway, provider, stream):
    reply = hang("well")
    provider.script("m", [reply])

    async def hang_up(client):
        asking = asyncio.create_task((streamed if stream else ask)(client))
        await asyncio.to_thread(reply.gate.reached.wait, 5)
        asking.cancel()
        return await asyncio.to_thread(provider.requests[0].answered.wait, 5)

    assert through(gateway, {"ada": provider.model("m")}, hang_up)
    assert provider.requests[0].disconnected
    assert counts(gateway) == [("ada", None, None, None)]


def test_the_end_of_the_gateway_ends_open_calls(gateway, provider):
    reply = hang("well")
    provider.script("m", [reply])

    async def run():
        async with AsyncExitStack() as longer, gateway.over({"ada": provider.model("m")}):
            client = await longer.enter_async_context(gateway.client())
            asking = asyncio.create_task(ask(client))
            await asyncio.to_thread(reply.gate.reached.wait, 5)
        return (await asyncio.gather(asking, return_exceptions=True))[0]

    assert isinstance(asyncio.run(run()), openai.APIConnectionError)
    assert provider.requests[0].disconnected


def test_two_gateways_at_once_know_only_their_own_agents(provider, gateway):
    async def run():
        other = type(gateway)()
        async with gateway.over({"ada": provider.model("m")}), other.over({"ada": provider.model("m")}):
            async with gateway.client() as mine, other.client() as theirs:
                await asyncio.gather(ask(mine), ask(theirs))
            async with gateway.client(key=other.given["ada"].key) as stranger:
                with pytest.raises(openai.AuthenticationError):
                    await ask(stranger)
        return other

    other = asyncio.run(run())
    assert [len(gateway.metered), len(other.metered)] == [1, 1]
