"""The form of Chat Completions: replies as objects and chunks, and what the real API refuses."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from ..contract import JSON
from .replies import ModelReply

Object: TypeAlias = dict[str, JSON]

WORD = re.compile(r"\s*\S+\s?|\s+")
PIECE = re.compile(r".{1,12}", re.DOTALL)


def completion(model: str, number: int, reply: ModelReply) -> Object:
    """The reply as one object."""
    message: Object = {"role": "assistant", "content": reply.text or (None if reply.calls else "")}
    if reply.calls:
        message["tool_calls"] = tool_calls(number, reply)
    choice = {"index": 0, "message": message, "finish_reason": _finish(reply), "logprobs": None}
    return {**_head(model, number, "chat.completion"), "choices": [choice], "usage": usage(number)}


def opening(model: str, number: int, reply: ModelReply) -> Iterator[Object]:
    """The chunks of the reply's text."""
    yield _chunk(model, number, {"role": "assistant", "content": ""})
    for word in WORD.findall(reply.text):
        yield _chunk(model, number, {"content": word})


def closing(model: str, number: int, reply: ModelReply, *, with_usage: bool) -> Iterator[Object]:
    """The chunks after the text: tool calls with their arguments in pieces, the end, usage if asked for."""
    for index, made in enumerate(tool_calls(number, reply)):
        head = {**made, "index": index, "function": {**made["function"], "arguments": ""}}
        yield _chunk(model, number, {"tool_calls": [head]})
        for piece in PIECE.findall(made["function"]["arguments"]):
            yield _chunk(model, number, {"tool_calls": [{"index": index, "function": {"arguments": piece}}]})
    yield _chunk(model, number, {}, _finish(reply))
    if with_usage:
        yield {**_head(model, number, "chat.completion.chunk"), "choices": [], "usage": usage(number)}


def events(objects: Iterator[Object]) -> Iterator[str]:
    """The lines of a stream of server-sent events."""
    for value in objects:
        yield f"data: {json.dumps(value)}\n\n"


def tool_calls(number: int, reply: ModelReply) -> list[Object]:
    """The tool calls of a reply, with ids that no other reply has."""
    functions = [{"name": name, "arguments": arguments} for name, arguments in reply.calls]
    return [
        {"id": f"call_{number}_{place}", "type": "function", "function": function}
        for place, function in enumerate(functions)
    ]


def usage(number: int) -> Object:
    """Usage that differs from call to call, so that a sum tells which calls were counted."""
    prompt, answer = 100 + number, 10 + number
    details = {"prompt_tokens_details": {"cached_tokens": number}}
    return {"prompt_tokens": prompt, "completion_tokens": answer, "total_tokens": prompt + answer, **details}


def refusals(messages: Sequence[Mapping[str, JSON]]) -> list[str]:
    """Why the real API would refuse these messages: results nobody asked for, calls that nobody answered."""
    reasons: list[str] = []
    open_calls: set[str] = set()
    for place, message in enumerate(messages):
        if message.get("role") == "tool":
            if message.get("tool_call_id") not in open_calls:
                reasons.append(f"message {place} is the result of no call")
            open_calls.discard(message.get("tool_call_id", ""))
            continue
        reasons += _unanswered(open_calls, place)
        open_calls = {made["id"] for made in message.get("tool_calls") or ()}
    return reasons + _unanswered(open_calls, len(messages))


def _unanswered(open_calls: set[str], place: int) -> list[str]:
    return [f"call {name} has no result before message {place}" for name in sorted(open_calls)]


def _head(model: str, number: int, kind: str) -> Object:
    return {"id": f"chatcmpl-{number}", "object": kind, "created": 1_700_000_000 + number, "model": model}


def _chunk(model: str, number: int, delta: Object, finish: str | None = None) -> Object:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return {**_head(model, number, "chat.completion.chunk"), "choices": [choice]}


def _finish(reply: ModelReply) -> str:
    return "tool_calls" if reply.calls else "stop"
