"""One loopback model server for all agents of massgen-hub."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager

from massgen_hub.contract import Meter, Model, ModelSource
from massgen_hub.hookspecs import hookimpl


@hookimpl
def register_models() -> Iterable[ModelSource]:
    """The gateway, as a source that stands before any other."""
    summary = "one metered address and key per agent, before the real ones"
    return [ModelSource(name="gateway", summary=summary, connect=connect)]


@asynccontextmanager
async def connect(models: Mapping[str, Model], meter: Meter) -> AsyncIterator[Mapping[str, Model]]:
    """Stand between the agents and their models: each agent gets the gateway's address and a key of its own.

    `meter` is called once per call with what the model reported.
    """
    from .server import serve
    from .upstream import HttpUpstream, http_client

    async with http_client() as client:
        upstreams = {agent: HttpUpstream(model, client) for agent, model in models.items()}
        async with serve(upstreams, models, meter) as given:
            yield given
