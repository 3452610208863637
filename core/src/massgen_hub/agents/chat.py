"""A small client for Chat Completions: streams, merges tool calls, reports usage. Nothing else of that API."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

import httpx

from ..contract import JSON, Model, Usage
from ..errors import TurnError
from ..kit import PASSING_STATUS

TIMEOUT = httpx.Timeout(connect=10, read=300, write=60, pool=None)


@dataclass(kw_only=True)
class Completion:
    """One answer of the model: text, tool calls in the order of the reply, usage."""

    text: str = ""
    calls: dict[int, dict[str, str]] = field(default_factory=dict)
    usage: Usage = field(default_factory=Usage)

    def take(self, chunk: Mapping[str, Any]) -> str:
        """Add a chunk; returns the text it brought."""
        if used := chunk.get("usage"):
            self.usage = _usage(used, chunk.get("model") or "")
        choice = next(iter(chunk.get("choices") or ()), None)
        delta = (choice or {}).get("delta") or {}
        for part in delta.get("tool_calls") or ():
            call = self.calls.setdefault(part.get("index", len(self.calls)), {"id": "", "name": "", "arguments": ""})
            function = part.get("function") or {}
            call["id"] = call["id"] or part.get("id") or ""
            call["name"] += function.get("name") or ""
            call["arguments"] += function.get("arguments") or ""
        text = delta.get("content") or ""
        self.text += text
        return text

    def message(self) -> dict[str, JSON]:
        """This answer as a message of the conversation."""
        calls = [
            {"id": call["id"], "type": "function", "function": {"name": call["name"], "arguments": call["arguments"]}}
            for _, call in sorted(self.calls.items())
        ]
        return {"role": "assistant", "content": self.text or None, "tool_calls": calls}


class Chat:
    """A model at an address, which calls it `name`. Close it with `aclose`."""

    def __init__(self, model: Model) -> None:
        self.name = model.name
        headers = {"authorization": f"Bearer {model.key}"} if model.key else {}
        self._client = httpx.AsyncClient(base_url=model.base_url, headers=headers, timeout=TIMEOUT)

    async def aclose(self) -> None:
        """Close its connections."""
        await self._client.aclose()

    async def complete(
        self, messages: Sequence[Mapping[str, JSON]], say: Callable[[str], None], **options: JSON
    ) -> Completion:
        """One call. Text is passed on as it arrives. Raises `TurnError` with what the server said."""
        completion = Completion()
        async with aclosing(self.stream(messages, completion, **options)) as pieces:
            async for text in pieces:
                say(text)
        return completion

    async def stream(
        self, messages: Sequence[Mapping[str, JSON]], completion: Completion, **options: JSON
    ) -> AsyncGenerator[str, None]:
        """One call, as the pieces of its text; `completion` takes everything. Raises as `complete` does."""
        body = {"model": self.name, "messages": list(messages), "stream": True, **options}
        body["stream_options"] = {"include_usage": True}
        async with self._client.stream("POST", "/chat/completions", json=body) as response:
            if response.status_code >= 400:
                await response.aread()
                raise self._refused(response)
            async for chunk in _chunks(response):
                if text := completion.take(chunk):
                    yield text

    def _refused(self, response: httpx.Response) -> TurnError:
        error = _error(response)
        failure = TurnError(
            f"the model `{self.name}` answered {response.status_code}: {error.get('message') or 'nothing more'}",
            transient=response.status_code in PASSING_STATUS,
        )
        failure.code = error.get("code")  # type: ignore[attr-defined]
        failure.status_code = response.status_code  # type: ignore[attr-defined]
        failure.response = response  # type: ignore[attr-defined]
        return failure


def _error(response: httpx.Response) -> Mapping[str, Any]:
    try:
        error = response.json().get("error") or {}
    except (ValueError, AttributeError):
        error = response.text[:300]
    return error if isinstance(error, Mapping) else {"message": str(error)}


async def _chunks(response: httpx.Response) -> AsyncIterator[Mapping[str, Any]]:
    async for line in response.aiter_lines():
        data = line.removeprefix("data:").strip() if line.startswith("data:") else ""
        if data == "[DONE]":
            return
        if data:
            chunk = json.loads(data)
            if "error" in chunk:
                raise TurnError(f"the model broke off: {chunk['error']}", transient=True)
            yield chunk


def _usage(used: Mapping[str, Any], model: str) -> Usage:
    details = used.get("prompt_tokens_details") or {}
    return Usage(
        input=used.get("prompt_tokens"),
        output=used.get("completion_tokens"),
        cached=details.get("cached_tokens"),
        model=model,
    )
