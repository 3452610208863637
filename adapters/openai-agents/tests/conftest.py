"""Turns of an agent against a scripted model, and the users' modules that a config names."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from agents.tracing import TracingProcessor, set_trace_processors
from massgen_hub.testing import fixtures
from massgen_hub_openai_agents import ADAPTER

sys.path.append(str(Path(__file__).parent))

server, take = fixtures(ADAPTER)


@pytest.fixture
def traced() -> Iterator[list[str]]:
    """The names of the traces that begin; nothing of them is sent anywhere."""
    begun: list[str] = []

    class Listening(TracingProcessor):
        def on_trace_start(self, trace: Any) -> None:
            begun.append(trace.name)

        def on_trace_end(self, trace: Any) -> None: ...
        def on_span_start(self, span: Any) -> None: ...
        def on_span_end(self, span: Any) -> None: ...
        def shutdown(self) -> None: ...
        def force_flush(self) -> None: ...

    set_trace_processors([Listening()])
    yield begun
    set_trace_processors([])
