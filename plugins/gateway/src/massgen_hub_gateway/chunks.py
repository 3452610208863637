"""What the chunks of a streamed answer add up to."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import TypeVar

from massgen_hub.contract import JSON, Usage

T = TypeVar("T")


@asynccontextmanager
async def closing(stream: AsyncIterator[T]) -> AsyncIterator[AsyncIterator[T]]:
    """End a stream with the block, so that what it holds open is given back at once."""
    try:
        yield stream
    finally:
        if isinstance(stream, AsyncGenerator):
            await stream.aclose()


async def assemble(chunks: AsyncIterable[Mapping[str, JSON]]) -> dict[str, JSON]:
    """The `chat.completion` object that `chat.completion.chunk` objects add up to."""
    whole: dict[str, JSON] = {}
    choices: dict[int, _Choice] = {}
    async for chunk in chunks:
        whole |= {name: value for name, value in chunk.items() if value is not None}
        for piece in chunk.get("choices") or ():
            choices.setdefault(piece.get("index", 0), _Choice()).add(piece)
    done = [choices[index].done(index) for index in sorted(choices)]
    return {**whole, "object": "chat.completion", "choices": done}


class _Choice:
    def __init__(self) -> None:
        self._message: dict[str, JSON] = {"role": "assistant", "content": None}
        self._calls: dict[int, dict[str, JSON]] = {}
        self._rest: dict[str, JSON] = {"finish_reason": None, "logprobs": None}

    def add(self, piece: Mapping[str, JSON]) -> None:
        for name, value in (piece.get("delta") or {}).items():
            if name == "tool_calls":
                for call in value or ():
                    self._add_call(call)
            elif value is not None:
                self._message[name] = _joined(name, self._message.get(name), value)
        if piece.get("finish_reason"):
            self._rest["finish_reason"] = piece["finish_reason"]
        if piece.get("logprobs"):
            self._rest["logprobs"] = _merged(self._rest["logprobs"] or {}, piece["logprobs"])

    def _add_call(self, piece: Mapping[str, JSON]) -> None:
        """A piece without an index begins a call if it has an id, and goes on with the last one if not."""
        place = piece.get("index")
        if place is None:
            place = len(self._calls) if piece.get("id") else max(len(self._calls) - 1, 0)
        call = self._calls.setdefault(place, {"id": "", "type": "function", "function": {}})
        call["id"] = call["id"] or piece.get("id") or ""
        call["function"] = _merged({"name": "", "arguments": "", **call["function"]}, piece.get("function") or {})

    def done(self, index: int) -> dict[str, JSON]:
        message = dict(self._message)
        if self._calls:
            message["tool_calls"] = [self._calls[place] for place in sorted(self._calls)]
        return {"index": index, "message": message, **self._rest}


def _merged(before: Mapping[str, JSON], piece: Mapping[str, JSON]) -> dict[str, JSON]:
    news = {name: _joined(name, before.get(name), value) for name, value in piece.items() if value is not None}
    return {**before, **news}


def _joined(name: str, before: JSON, piece: JSON) -> JSON:
    """Text and lists grow; a role or a name, which some servers repeat, does not."""
    if name in ("role", "name"):
        return piece or before
    if isinstance(piece, str):
        return (before or "") + piece
    if isinstance(piece, list):
        return [*(before or ()), *piece]
    return piece


def spent(usage: JSON, model: str) -> Usage:
    """One call's `usage` object, or None, as the hub counts it."""
    reported = usage if isinstance(usage, Mapping) else {}
    details = reported.get("prompt_tokens_details") or {}
    return Usage(
        input=reported.get("prompt_tokens"),
        output=reported.get("completion_tokens"),
        cached=details.get("cached_tokens"),
        cost=reported.get("cost"),
        model=model,
    )
