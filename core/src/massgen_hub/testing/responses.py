"""The form of the Responses API: its requests as those of Chat Completions, replies as objects and events."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import count

from ..contract import JSON
from .replies import ModelReply
from .wire import PIECE, WORD, Object, tool_calls, usage


def as_chat(body: Mapping[str, JSON]) -> Object:
    """The request as one of Chat Completions, so that one script serves both: messages, and tools as functions."""
    given = body.get("input") or ()
    items = [{"role": "user", "content": given}] if isinstance(given, str) else given
    told = [{"role": "system", "content": body["instructions"]}] if body.get("instructions") else []
    tools = [_function(tool) for tool in body.get("tools") or () if tool.get("type") == "function"]
    return {**body, "messages": [*told, *_messages(items)], **({"tools": tools} if tools else {})}


def _messages(items: Sequence[Mapping[str, JSON]]) -> Iterator[Object]:
    """Calls that stand side by side are those of one message."""
    calls: list[Object] = []
    for item in items:
        if item.get("type") == "function_call":
            function = {"name": item["name"], "arguments": item["arguments"]}
            calls.append({"id": item["call_id"], "type": "function", "function": function})
            continue
        if calls:
            yield {"role": "assistant", "content": None, "tool_calls": calls}
            calls = []
        if item.get("type") == "function_call_output":
            yield {"role": "tool", "tool_call_id": item["call_id"], "content": item["output"]}
        elif "role" in item:
            yield {"role": item["role"], "content": item["content"]}
    if calls:
        yield {"role": "assistant", "content": None, "tool_calls": calls}


def _function(tool: Mapping[str, JSON]) -> Object:
    return {"type": "function", "function": {key: value for key, value in tool.items() if key != "type"}}


def response(model: str, number: int, reply: ModelReply) -> Object:
    """The reply as one object."""
    output = [*([_message(number, reply.text)] if reply.text or not reply.calls else []), *_calls(number, reply)]
    return {**_head(model, number, "completed"), "output": output, "usage": _usage(number)}


def opening(model: str, number: int, reply: ModelReply) -> Iterator[Object]:
    """The events of the reply's text."""
    yield {"type": "response.created", "response": _head(model, number, "in_progress")}
    if not reply.text:
        return
    place = {"output_index": 0, "item_id": f"msg_{number}"}
    begun = {**_message(number, ""), "status": "in_progress", "content": []}
    yield {"type": "response.output_item.added", **place, "item": begun}
    yield {"type": "response.content_part.added", **place, "content_index": 0, "part": _text("")}
    for word in WORD.findall(reply.text):
        yield {"type": "response.output_text.delta", **place, "content_index": 0, "delta": word, "logprobs": []}


def closing(model: str, number: int, reply: ModelReply) -> Iterator[Object]:
    """The events after the text: its end, tool calls with their arguments in pieces, the whole response."""
    if reply.text:
        place = {"output_index": 0, "item_id": f"msg_{number}"}
        text = {"content_index": 0, "text": reply.text, "logprobs": []}
        yield {"type": "response.output_text.done", **place, **text}
        yield {"type": "response.content_part.done", **place, "content_index": 0, "part": _text(reply.text)}
        yield {"type": "response.output_item.done", "output_index": 0, "item": _message(number, reply.text)}
    for index, made in enumerate(_calls(number, reply), start=1 if reply.text else 0):
        place = {"output_index": index, "item_id": made["id"]}
        yield {"type": "response.output_item.added", "output_index": index, "item": {**made, "arguments": ""}}
        for piece in PIECE.findall(made["arguments"]):
            yield {"type": "response.function_call_arguments.delta", **place, "delta": piece}
        yield {"type": "response.function_call_arguments.done", **place, "arguments": made["arguments"]}
        yield {"type": "response.output_item.done", "output_index": index, "item": made}
    yield {"type": "response.completed", "response": response(model, number, reply)}


def numbered(events: Iterator[Object], numbers: count[int]) -> Iterator[Object]:
    """The events with their place in the stream."""
    for event, number in zip(events, numbers, strict=False):
        yield {**event, "sequence_number": number}


def _head(model: str, number: int, status: str) -> Object:
    about = {"id": f"resp_{number}", "object": "response", "created_at": 1_700_000_000 + number, "model": model}
    plain = {"tools": [], "tool_choice": "auto", "parallel_tool_calls": True, "error": None, "metadata": {}}
    return {**about, **plain, "status": status, "incomplete_details": None, "output": [], "usage": None}


def _message(number: int, text: str) -> Object:
    about = {"id": f"msg_{number}", "type": "message", "role": "assistant", "status": "completed"}
    return {**about, "content": [_text(text)]}


def _text(text: str) -> Object:
    return {"type": "output_text", "text": text, "annotations": [], "logprobs": []}


def _calls(number: int, reply: ModelReply) -> list[Object]:
    return [
        {"type": "function_call", "id": f"fc_{made['id']}", "call_id": made["id"], "status": "completed"}
        | made["function"]
        for made in tool_calls(number, reply)
    ]


def _usage(number: int) -> Object:
    counted = usage(number)
    return {
        "input_tokens": counted["prompt_tokens"],
        "input_tokens_details": counted["prompt_tokens_details"],
        "output_tokens": counted["completion_tokens"],
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": counted["total_tokens"],
    }


def events(objects: Iterator[Object]) -> Iterator[str]:
    """The lines of a stream of server-sent events, each named by its type."""
    for event in objects:
        yield f"event: {event['type']}\ndata: {json.dumps(event)}\n\n"
