"""The embedded model of massgen-hub."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager

from massgen_hub.contract import Meter, Model, ModelSource
from massgen_hub.errors import ModelError
from massgen_hub.hookspecs import hookimpl

NAME = "smollm2"


@hookimpl
def register_models() -> Iterable[ModelSource]:
    """The embedded model, `local/smollm2`."""
    summary = f"`local/{NAME}`, a very small model on this machine: no key, no network after the first use"
    return [ModelSource(name="local", summary=summary, connect=connect)]


@asynccontextmanager
async def connect(models: Mapping[str, Model], meter: Meter) -> AsyncIterator[Mapping[str, Model]]:
    """Start one model for all agents; each gets an address and a key of its own, and is metered.

    Raises `ModelError`: another model's name, a machine that cannot run it, weights that cannot be fetched.
    """
    from massgen_hub.kit import in_thread
    from massgen_hub_gateway.server import serve
    from massgen_hub_gateway.upstream import HttpUpstream, http_client

    from .engine import running
    from .upstream import LocalUpstream
    from .weights import SMOLLM2, obtain

    _check_names(models)
    path = await in_thread(lambda: obtain(SMOLLM2), "weights")
    async with running(path, NAME, agents=len(models)) as model, http_client(loopback=True) as client:
        server = HttpUpstream(model, client)
        upstreams = {agent: LocalUpstream(server, agent) for agent in models}
        async with serve(upstreams, models, meter) as given:
            yield given


def _check_names(models: Mapping[str, Model]) -> None:
    for agent, model in models.items():
        if model.name != NAME:
            what = f"agent `{agent}` asks for `local/{model.name}`, which is not embedded"
            raise ModelError(what, hint=f"write `local/{NAME}`, the only one")
