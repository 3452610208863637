"""The gateway as an ASGI app: it knows an agent by its key, meters its calls and answers in the form it asked for."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass

from massgen_hub.contract import JSON, Meter, Upstream
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from .answers import json_response, send_events, without_usage
from .chunks import assemble, closing, spent
from .connected import WhileConnected
from .errors import ApiError, api_error


@dataclass(frozen=True, kw_only=True)
class Caller:
    """An agent that may call: its key, what its model is called, and who answers."""

    agent: str
    key: str
    model: str
    upstream: Upstream


def application(callers: Iterable[Caller], meter: Meter) -> ASGIApp:
    """The app for these callers. `meter` is called once per call, before the client learns that it is over."""
    guests = _Guests(callers)
    routes = [
        Route("/v1/chat/completions", _Completions(guests, meter), methods=["POST"]),
        Route("/v1/models", guests.models),
    ]
    handlers = {ApiError: _refuse, HTTPException: _no_such_path, Exception: _our_fault}
    return WhileConnected(Starlette(routes=routes, exception_handlers=handlers))  # type: ignore[arg-type]


class _Guests:
    """Who may call."""

    def __init__(self, callers: Iterable[Caller]) -> None:
        self._callers = {caller.key: caller for caller in callers}

    def who(self, request: Request) -> Caller:
        """Raises `ApiError` 401 for a key that nobody was given."""
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or key not in self._callers:
            reason = "the gateway does not know this key; an agent must use the key of its `setup.model`"
            raise api_error(401, reason, "authentication_error")
        return self._callers[key]

    async def models(self, request: Request) -> Response:
        """GET /v1/models: the one model of the caller."""
        model = {"id": self.who(request).model, "object": "model", "created": 0, "owned_by": "massgen-hub"}
        return json_response({"object": "list", "data": [model]})


class _Completions:
    """POST /v1/chat/completions, as an app of its own because it sends while it works."""

    def __init__(self, guests: _Guests, meter: Meter) -> None:
        self._guests, self._meter = guests, meter

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        caller = self._guests.who(request)
        body = {"model": caller.model, **await _body(request)}
        async with closing(self._metered(caller, body)) as chunks:
            if body.get("stream"):
                wants_usage = (body.get("stream_options") or {}).get("include_usage")
                await send_events(chunks if wants_usage else without_usage(chunks), send)
            else:
                await json_response(await assemble(chunks))(scope, receive, send)

    async def _metered(self, caller: Caller, body: Mapping[str, JSON]) -> AsyncIterator[Mapping[str, JSON]]:
        usage, answered = None, False
        try:
            async with closing(caller.upstream.chat(body)) as chunks:
                async for chunk in chunks:
                    usage, answered = chunk.get("usage") or usage, True
                    yield chunk
        finally:
            self._meter(caller.agent, spent(usage, str(body["model"])))
        if not answered:
            raise api_error(502, "the model sent an empty answer", "upstream_broken")


async def _body(request: Request) -> dict[str, JSON]:
    try:
        body = await request.json()
    except ValueError as broken:
        raise api_error(400, f"the body is no JSON: {broken}", "invalid_request_error") from broken
    if not isinstance(body, dict):
        raise api_error(400, "the body must be a JSON object", "invalid_request_error")
    return body


async def _refuse(_request: Request, error: ApiError) -> Response:
    return json_response(error.body, error.status, error.headers)


async def _no_such_path(request: Request, error: HTTPException) -> Response:
    what = f"the gateway has no {request.method} {request.url.path}; it speaks Chat Completions under /v1"
    return await _refuse(request, api_error(error.status_code, what, "invalid_request_error"))


async def _our_fault(request: Request, error: Exception) -> Response:
    what = f"the gateway failed: {type(error).__name__}: {error}"
    return await _refuse(request, api_error(500, what, "server_error"))
