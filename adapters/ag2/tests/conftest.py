"""One turn of one agent against a scripted model."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from massgen_hub.contract import Reply, Setup, Turn
from massgen_hub.testing import ModelServer, RecordingHost
from massgen_hub_ag2 import ADAPTER, Ag2Options
from massgen_hub_ag2.generations import has_modern, has_openai

sys.path.append(str(Path(__file__).parent))

# Where openai is that of classic agents, there is no 1.x to try.
collect_ignore_glob = [] if has_modern() and has_openai(3) else ["test_ag2_modern*.py"]

Take = Callable[..., tuple[Reply, RecordingHost]]


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with ModelServer() as running:
        yield running


@pytest.fixture
def take(server: ModelServer) -> Take:
    """`take(turn, options, replies, target=..., answers=...)`: the reply to one turn, and what the host was told."""

    def take(
        turn: Turn,
        options: Mapping[str, Any] | None = None,
        replies: Any = None,
        *,
        target: Any = None,
        answers: tuple[str, ...] = (),
    ) -> tuple[Reply, RecordingHost]:
        if replies is not None:
            server.script("m", replies)
        model = server.model("m") if target is None else None
        setup = Setup(agent="ada", seed=1, model=model, target=target)
        host = RecordingHost(answers)
        return asyncio.run(_turn(Ag2Options(**(options or {})), setup, turn, host)), host

    return take


async def _turn(options: Ag2Options, setup: Setup, turn: Turn, host: RecordingHost) -> Reply:
    async with ADAPTER.open(options, setup) as agent:
        return await agent(turn, host)
