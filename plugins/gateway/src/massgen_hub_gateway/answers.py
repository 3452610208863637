"""Answers as they go over the wire: one JSON object, or server-sent events."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping

from massgen_hub.contract import JSON
from starlette.responses import Response
from starlette.types import Message, Send

from .errors import ApiError

START: Message = {
    "type": "http.response.start",
    "status": 200,
    "headers": [(b"content-type", b"text/event-stream; charset=utf-8"), (b"cache-control", b"no-store")],
}


def json_response(value: JSON, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """The answer as one object."""
    return Response(_encoded(value), status, headers, media_type="application/json")


async def send_events(chunks: AsyncIterator[Mapping[str, JSON]], send: Send) -> None:
    """Answer with events. An `ApiError` before the first chunk is raised; a later one becomes the last event."""
    started = False
    last = "[DONE]"
    try:
        async for chunk in chunks:
            if not started:
                await send(START)
                started = True
            await send(_event(_encoded(chunk)))
    except ApiError as error:
        if not started:
            raise
        last = _encoded(error.body)
    await send({**_event(last), "more_body": False})


async def without_usage(
    chunks: AsyncIterator[Mapping[str, JSON]],
) -> AsyncIterator[Mapping[str, JSON]]:
    """The chunks for a client that did not ask for usage and may not expect it."""
    async for chunk in chunks:
        rest = {name: value for name, value in chunk.items() if name != "usage"}
        if rest.get("choices") or "usage" not in chunk:
            yield rest


def _event(data: str) -> Message:
    return {"type": "http.response.body", "body": f"data: {data}\n\n".encode(), "more_body": True}


def _encoded(value: JSON) -> str:
    """In ASCII, so that half a surrogate pair, which a chunk may end with, can be sent."""
    return json.dumps(value, separators=(",", ":"))
