"""Clients of models that try nothing again."""

import asyncio

import openai
import pytest
from massgen_hub.contract import Model
from massgen_hub.kit import asked_once, openai_client, shared_tls
from massgen_hub.testing import ModelServer, fail, say

ASKED = {"model": "m", "messages": [{"role": "user", "content": "?"}]}


def test_it_asks_where_the_hub_says_and_its_connections_end_with_it():
    async def asked():
        async with openai_client(server.model("m")) as client:
            reply = await client.chat.completions.create(**ASKED)
        return reply.choices[0].message.content, client.is_closed()

    with ModelServer() as server:
        server.script("m", [say("Paris.")])
        assert asyncio.run(asked()) == ("Paris.", True)
        assert server.requests[0].authorization == "Bearer test-key"


def test_the_hub_tries_again_and_it_does_not():
    async def asked():
        async with openai_client(server.model("m")) as client:
            await client.chat.completions.create(**ASKED)

    with ModelServer() as server:
        server.script("m", lambda _body: fail(429))
        with pytest.raises(openai.RateLimitError):
            asyncio.run(asked())
        assert len(server.requests) == 1


def test_without_a_key_it_looks_for_none_of_its_own(monkeypatch):
    async def key():
        async with openai_client(Model(name="m")) as client:
            return client.api_key

    monkeypatch.setenv("OPENAI_API_KEY", "the user's")
    assert asyncio.run(key()) == "none"


def test_a_user_s_client_is_asked_once_over_the_same_connections():
    own = openai.OpenAI(api_key="k", base_url="http://localhost")
    once = asked_once(own)
    assert (own.max_retries, once.max_retries) == (2, 0)
    assert once._client is own._client


@pytest.mark.parametrize("other", [None, "text", object()])
def test_what_is_no_client_stays_as_it_is(other):
    assert asked_once(other) is other


def test_the_settings_for_tls_are_made_once():
    assert shared_tls() is shared_tls()
