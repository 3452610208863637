"""A scripted model server on loopback that speaks Chat Completions and Responses. Standard library only.

As the real API it answers messages that are no valid sequence with 400.

with ModelServer() as server:
    server.script("m", [call("vote", {"ranking": ["A"], "reason": "short"}), say("done")])
    ...  # point any client at `server.base_url`, model `m`, any key
    assert server.requests[0].body["tools"]
"""

from __future__ import annotations

import json
import select
import socket
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import chain, count
from typing import Any, Self

from ..contract import JSON, Model
from . import responses, wire
from .replies import LOOK_EVERY, Gate, ModelReply, Script, content_text, echo
from .responses import as_chat
from .wire import refusals, usage

OVER = ModelReply(status=400, text="the script has no more replies")
CHAT, RESPONSES = "/v1/chat/completions", "/v1/responses"


@dataclass(kw_only=True)
class Request:
    """One request for a completion. `number` counts from 1; `body` has the form of Chat Completions.

    `invalid` holds the reasons why the real API would refuse its messages. `disconnected`: the client hung up
    before the end. `answered` is set when the end was sent or the client is known to be gone.
    """

    number: int
    path: str
    body: Mapping[str, JSON]
    authorization: str
    invalid: list[str]
    disconnected: bool = False
    answered: threading.Event = field(default_factory=threading.Event, repr=False)

    @property
    def offered(self) -> list[str]:
        """The names of the tools that the model may call."""
        return [tool["function"]["name"] for tool in self.body.get("tools") or ()]

    @property
    def usage(self) -> tuple[int, int]:
        """Tokens in and out that the server reports for this request."""
        counted = usage(self.number)
        return counted["prompt_tokens"], counted["completion_tokens"]


def heard(request: Request) -> str:
    """All that a model was told in a request."""
    return "\n".join(content_text(message.get("content")) for message in request.body["messages"])


class ModelServer:
    """The server, as a context manager. A model without a script says what the user said last."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self._scripts: dict[str, deque[ModelReply] | Script] = {}
        self._lock = threading.Lock()
        self._http = _Http(self)
        self.base_url = f"http://127.0.0.1:{self._http.server_port}/v1"

    def __enter__(self) -> Self:
        serve = threading.Thread(target=self._http.serve_forever, args=(LOOK_EVERY,), daemon=True)
        serve.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._http.shutdown()
        self._http.hang_up()
        self._http.server_close()

    def script(self, model: str, replies: Iterable[ModelReply] | Script) -> None:
        """What `model` answers: one reply per request, or a function of the request's body.

        A request after the last reply is an error 400, which no client tries again.
        """
        with self._lock:
            self._scripts[model] = replies if callable(replies) else deque(replies)

    def model(self, name: str) -> Model:
        """A model of this server as the hub hands it to an adapter."""
        return Model(name=name, base_url=self.base_url, key="test-key")

    @property
    def tokens(self) -> list[tuple[int, int]]:
        """Tokens in and out of each request, as the server reports them."""
        return [request.usage for request in self.requests]

    def asked(self, model: str) -> list[Request]:
        """The requests to one model."""
        return [request for request in self.requests if request.body.get("model") == model]

    def _models(self) -> list[str]:
        with self._lock:
            return sorted(self._scripts)

    def _record(self, path: str, body: Mapping[str, JSON], authorization: str) -> Request:
        with self._lock:
            request = Request(
                number=len(self.requests) + 1,
                path=path,
                body=body,
                authorization=authorization,
                invalid=refusals(body.get("messages") or ()),
            )
            self.requests.append(request)
            return request

    def _reply(self, body: Mapping[str, JSON]) -> ModelReply:
        with self._lock:
            script = self._scripts.get(str(body.get("model")), echo)
            if isinstance(script, deque):
                return script.popleft() if script else OVER
        return script(body)


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 1024  # the default, 5, makes a burst of clients wait a second each

    def __init__(self, models: ModelServer) -> None:
        self.models, self.closing = models, threading.Event()
        self._connections: set[socket.socket] = set()
        super().__init__(("127.0.0.1", 0), _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._connections.discard(request)
        super().shutdown_request(request)

    def hang_up(self) -> None:
        """Close what clients keep open, so that no thread is left behind."""
        self.closing.set()
        for connection in self._connections.copy():
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:  # the client was faster
                pass

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is nothing to print about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Http

    def log_message(self, *_arguments: object) -> None:
        """Print nothing."""

    def do_GET(self) -> None:
        names = self.server.models._models()
        self._send({"object": "list", "data": [{"id": name, "object": "model"} for name in names]})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers.get("content-length") or 0)))
        if self.path not in (CHAT, RESPONSES):
            return self._send({"error": {"message": f"no such path: {self.path}"}}, 404)
        body = as_chat(body) if self.path == RESPONSES else body
        request = self.server.models._record(self.path, body, self.headers.get("authorization", ""))
        try:
            self._answer(request, self._refusal(request) or self.server.models._reply(body))
        except ConnectionError:
            request.disconnected = self.close_connection = True
        finally:
            request.answered.set()

    def _refusal(self, request: Request) -> ModelReply | None:
        return ModelReply(status=400, text="; ".join(request.invalid)) if request.invalid else None

    def _answer(self, request: Request, reply: ModelReply) -> None:
        if reply.status != 200:
            return self._send({"error": {"message": reply.text, "type": "script"}}, reply.status)
        if request.body.get("stream"):
            return self._stream(request, reply)
        self._wait(reply.gate)
        if reply.cut:
            self.close_connection = True
            return None
        whole = responses.response if request.path == RESPONSES else wire.completion
        return self._send(whole(str(request.body.get("model")), request.number, reply))

    def _stream(self, request: Request, reply: ModelReply) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        opening, closing = _events(request, reply)
        for event in opening:
            self._event(event, reply.pause)
        self._wait(reply.gate)
        if reply.cut:
            self.close_connection = True
            return
        for event in closing:
            self._event(event, reply.pause)
        self.wfile.write(b"0\r\n\r\n")

    def _event(self, event: str, pause: float) -> None:
        self.server.closing.wait(pause)
        self._look_for_client()
        line = event.encode()
        self.wfile.write(b"%x\r\n%s\r\n" % (len(line), line))

    def _wait(self, gate: Gate | None) -> None:
        if gate is None:
            return
        gate.reached.set()
        while not gate.released.wait(LOOK_EVERY):
            self._look_for_client()

    def _look_for_client(self) -> None:
        """Raise `ConnectionError` when the client has hung up; it sends nothing while it waits."""
        readable, _, _ = select.select([self.connection], [], [], 0)
        if readable and not self.connection.recv(1, socket.MSG_PEEK):
            raise ConnectionAbortedError

    def _send(self, value: Mapping[str, JSON], status: int = 200) -> None:
        data = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


def _events(request: Request, reply: ModelReply) -> tuple[Iterator[str], Iterator[str]]:
    """The events of the text, and those after it, in the form that was asked for."""
    model, number = str(request.body.get("model")), request.number
    if request.path == RESPONSES:
        numbers = count()
        parts = responses.opening(model, number, reply), responses.closing(model, number, reply)
        opening, closing = (responses.events(responses.numbered(part, numbers)) for part in parts)
        return opening, closing
    counted = bool((request.body.get("stream_options") or {}).get("include_usage"))
    ending = wire.closing(model, number, reply, with_usage=counted)
    return wire.events(wire.opening(model, number, reply)), chain(wire.events(ending), ["data: [DONE]\n\n"])
