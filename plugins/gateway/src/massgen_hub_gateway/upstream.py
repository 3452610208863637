"""A model behind an address that speaks Chat Completions."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager

import httpx
from massgen_hub.contract import JSON, Model

from .chunks import closing
from .errors import ApiError, api_error

PROVIDERS_OWN = "https://api.openai.com/v1"
SECONDS_TO_CONNECT = 10
PASSED_ON = ("retry-after", "retry-after-ms")
"""Headers of a refusal that clients go by."""


def http_client(*, loopback: bool = False) -> httpx.AsyncClient:
    """A client without limits of its own: the hub decides how long a call may take and how many run at once.

    `loopback`: for a server on this machine. It ignores the proxies of the environment, and makes a connection for
    each call, which costs nothing here: llama.cpp closes idle ones just when httpx may take them up again.
    """
    return httpx.AsyncClient(
        timeout=httpx.Timeout(None, connect=SECONDS_TO_CONNECT),
        limits=httpx.Limits(max_connections=None, max_keepalive_connections=0 if loopback else None),
        trust_env=not loopback,
    )


class HttpUpstream:
    """Forwards to `model.base_url` with the real key. Implements `Upstream`."""

    def __init__(self, model: Model, client: httpx.AsyncClient) -> None:
        address = httpx.URL(model.base_url or PROVIDERS_OWN)
        self._url = address.copy_with(path=f"{address.path.rstrip('/')}/chat/completions")
        self._key, self._client = model.key, client

    async def chat(self, request: Mapping[str, JSON]) -> AsyncGenerator[Mapping[str, JSON], None]:
        """The chunks of the answer, always with usage where the server knows it.

        Raises `ApiError`: the server's own refusal, 502 where it cannot be reached or breaks off, 504 where it is
        too slow to connect.
        """
        options = {**(request.get("stream_options") or {}), "include_usage": True}
        try:
            async with self._send({**request, "stream": True, "stream_options": options}) as response:
                if response.status_code != httpx.codes.OK:
                    raise await self._refusal(response)
                async with closing(_chunks(response)) as chunks:
                    async for chunk in chunks:
                        yield chunk
        except httpx.TimeoutException as late:
            raise api_error(504, f"{self._url.host} did not answer in time", "upstream_timeout") from late
        except httpx.TransportError as lost:
            what = f"{self._url}: {lost or type(lost).__name__}"
            raise api_error(502, f"cannot reach the model at {what}", "upstream_unreachable") from lost

    def _send(self, body: Mapping[str, JSON]) -> AbstractAsyncContextManager[httpx.Response]:
        headers = {"authorization": f"Bearer {self._key}"} if self._key else {}
        return self._client.stream("POST", self._url, json=body, headers=headers)

    async def _refusal(self, response: httpx.Response) -> ApiError:
        await response.aread()
        text = response.text.replace(self._key, "***") if self._key else response.text
        status = response.status_code if response.status_code >= httpx.codes.BAD_REQUEST else 502
        headers = {name: response.headers[name] for name in PASSED_ON if name in response.headers}
        return ApiError(status, _error_body(text or response.reason_phrase), headers=headers)


def _error_body(text: str) -> Mapping[str, JSON]:
    """A refusal in the form of OpenAI's, whatever form it had."""
    try:
        body = json.loads(text)
    except ValueError:
        body = text
    error = body.get("error", text) if isinstance(body, dict) else text
    if isinstance(error, dict):
        return {"error": error}
    return {"error": {"message": str(error), "type": "upstream_error", "param": None, "code": None}}


async def _chunks(response: httpx.Response) -> AsyncIterator[Mapping[str, JSON]]:
    """The objects of a stream of events. It is read to its end, so that the connection can be used again."""
    complete = False
    async with closing(_lines(response.aiter_bytes())) as lines:
        async for line in lines:
            if not line.startswith(b"data:"):
                continue
            data = line.removeprefix(b"data:").strip()
            if data == b"[DONE]":
                complete = True
                continue
            chunk = _chunk(data)
            complete = complete or any(choice.get("finish_reason") for choice in chunk.get("choices") or ())
            yield chunk
    if not complete:
        raise api_error(502, "the model broke off in the middle of its answer", "upstream_broken")


async def _lines(blocks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Lines that end in a line feed only: `aiter_lines` would also break at U+2028 inside of a text."""
    rest = b""
    async for block in blocks:
        *whole, rest = (rest + block).split(b"\n")
        for line in whole:
            yield line
    yield rest


def _chunk(data: bytes) -> Mapping[str, JSON]:
    """One chunk. Raises `ApiError` where the server sends an error, or no object, in its place."""
    try:
        chunk = json.loads(data)
    except ValueError as broken:
        raise api_error(502, f"the model sent no JSON: {data[:200]!r}", "upstream_broken") from broken
    if not isinstance(chunk, dict):
        raise api_error(502, f"the model sent no chunk: {data[:200]!r}", "upstream_broken")
    if chunk.get("error"):
        error = chunk["error"]
        code = error.get("code") if isinstance(error, dict) else None
        status = code if isinstance(code, int) and 400 <= code < 600 else 502
        raise ApiError(status, _error_body(data.decode()))
    return chunk
