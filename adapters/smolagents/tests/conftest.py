"""One turn of one agent against a scripted model, and tools that a config can name."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from massgen_hub.contract import Reply, Setup, Turn
from massgen_hub.testing import ModelReply, ModelServer, RecordingHost, Script, run
from massgen_hub_smolagents import adapter

TOOLS = '''
import threading
from smolagents import Tool

def add(x: int, y: int) -> int:
    """Add two numbers.

    Args:
        x: the first
        y: the second
    """
    return x + y

def fail(why: str) -> str:
    """Fail.

    Args:
        why: the reason
    """
    raise RuntimeError(why)

def dawdle() -> str:
    """Take longer than a second."""
    threading.Event().wait(1.05)
    return "done"

def undescribed(x):
    return x

class Shout(Tool):
    name = "shout"
    description = "Say it loudly."
    inputs = {"text": {"type": "string", "description": "what"}}
    output_type = "string"

    def forward(self, text: str) -> str:
        return text.upper()

shout = Shout()
number = 7
'''

Take = Callable[..., tuple[Reply, RecordingHost]]


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with ModelServer() as server:
        yield server


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of a module of tools."""
    (tmp_path / "desk_tools.py").write_text(TOOLS)
    monkeypatch.syspath_prepend(tmp_path)
    return "desk_tools"


@pytest.fixture
def take(server: ModelServer) -> Take:
    """`take(turns, replies, target=None, **options)`: the last reply, and a host that heard all turns."""

    async def turns_of(turns: Iterable[Turn], host: RecordingHost, target: Any, options: dict[str, Any]) -> Reply:
        setup = Setup(agent="ada", seed=1, model=server.model("m"), target=target)
        async with adapter.open(adapter.options(**options), setup) as agent:
            replies = [await agent(turn, host) for turn in turns]
        return replies[-1]

    def take(
        turns: Turn | list[Turn], replies: list[ModelReply] | Script, target: Any = None, **options: Any
    ) -> tuple[Reply, RecordingHost]:
        server.script("m", replies)
        host = RecordingHost()
        listed = turns if isinstance(turns, list) else [turns]
        return run(turns_of(listed, host, target, options)), host

    return take
