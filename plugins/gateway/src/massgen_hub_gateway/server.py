"""A server on 127.0.0.1 inside the running event loop. Plugins that bring a model of their own use `serve` too."""

from __future__ import annotations

import asyncio
import secrets
import socket
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace

import uvicorn
from massgen_hub.contract import Meter, Model, Upstream
from starlette.types import ASGIApp

from .app import Caller, application

WAITING = 1024
"""Clients that may wait to be let in: a thousand agents start at once."""

SECONDS_TO_STOP = 5
SECONDS_IDLE = 75
"""Longer than clients keep a connection (5 s): one that both may close can break just as it is used again."""


@asynccontextmanager
async def serve(
    upstreams: Mapping[str, Upstream], models: Mapping[str, Model], meter: Meter
) -> AsyncIterator[Mapping[str, Model]]:
    """Answer for `upstreams` (agent id to upstream) and yield the model that each agent of `models` is given.

    It keeps its name; address and key are the server's, the key random and of this agent alone. `meter` is called
    once per call. At the end open calls are cancelled and the port is closed.
    """
    keys = {agent: f"sk-hub-{secrets.token_hex(24)}" for agent in models}
    callers = [
        Caller(agent=agent, key=keys[agent], model=model.name, upstream=upstreams[agent])
        for agent, model in models.items()
    ]
    with _listening() as listening:
        server = _Server(_config(application(callers, meter)))
        base_url = f"http://127.0.0.1:{listening.getsockname()[1]}/v1"
        running = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            yield {agent: replace(model, base_url=base_url, key=keys[agent]) for agent, model in models.items()}
        finally:
            server.should_exit = True
            await running


def _listening() -> socket.socket:
    """A socket on a free port. Without the protocol asyncio would leave Nagle's algorithm on: 40 ms a call."""
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.bind(("127.0.0.1", 0))
    listening.listen(WAITING)
    return listening


def _config(app: ASGIApp) -> uvicorn.Config:
    """Plain HTTP, and nothing printed: errors go to the logger `uvicorn.error` as the hub has set it up."""
    return uvicorn.Config(
        app,
        loop="none",
        http="h11",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        backlog=WAITING,
        timeout_keep_alive=SECONDS_IDLE,
        timeout_graceful_shutdown=SECONDS_TO_STOP,
    )


class _Server(uvicorn.Server):
    """Leaves signals to the hub, and hangs up on its clients when it ends instead of waiting for them."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for listening in self.servers:
            listening.close()
        for connection in self.server_state.connections.copy():
            connection.transport.close()
        await super().shutdown(sockets)
