"""The places where code can run in the tests, and turns that run some."""

from __future__ import annotations

import asyncio
import os
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from massgen_hub.contract import Model, Reply, Setup, Turn
from massgen_hub.testing import ModelReply, RecordingHost, Script, say
from massgen_hub_ag2 import ADAPTER, Ag2Options

KINDS = ("local", "docker", "jupyter", "embedded", "jupyter in docker", "running jupyter", "yepcode")
MARK = "MASSGEN_HUB_TURN"

Entry = dict[str, Any]


def entry(kind: str, request: pytest.FixtureRequest) -> Entry:
    """What the YAML says of an executor of this kind. Skips the test where it cannot run here."""
    if kind in ("docker", "jupyter in docker"):
        request.getfixturevalue("engine")
    match kind:
        case "local":
            return {"type": "LocalCommandLineCodeExecutor"}
        case "docker":
            return {"type": "DockerCommandLineCodeExecutor"}
        case "embedded":
            return {"type": "EmbeddedIPythonCodeExecutor"}
        case "yepcode":
            stub = request.getfixturevalue("yepcode")
            return {"type": "YepCodeCodeExecutor", "api_token": stub.token, "api_host": stub.address}
        case "running jupyter":
            return {"type": "JupyterCodeExecutor", "jupyter_server": running(request.getfixturevalue("jupyter"))}
        case "jupyter in docker":
            image = request.getfixturevalue("jupyter_image")
            server = {"type": "DockerJupyterServer", "custom_image_name": image}
            return {"type": "JupyterCodeExecutor", "jupyter_server": server}
    return {"type": "JupyterCodeExecutor"}


def running(server: Any) -> Entry:
    """How to reach a server that runs already."""
    return {"type": "JupyterConnectionInfo", "host": server.ip, "port": server.port, "token": server.token}


def options(executor: Mapping[str, Any]) -> Entry:
    """The options of an agent with this executor."""
    return {"code_execution_config": {"executor": dict(executor)}}


def python(code: str) -> ModelReply:
    """A message with a piece of Python in it."""
    return say(f"```python\n{code}\n```")


def outputs(host: RecordingHost) -> list[str]:
    """What the code of a turn put out, each with how it ended."""
    return [f"{one.name}: {one.text}" for one in host.activities if one.kind == "output"]


def script(replies: Mapping[str, Iterable[ModelReply]]) -> Script:
    """A model that knows several tasks, and gives the replies for each in order."""
    left = {task: deque(some) for task, some in replies.items()}

    def reply(body: Mapping[str, Any]) -> ModelReply:
        asked = str(body["messages"])
        return next(some.popleft() for task, some in left.items() if task in asked)

    return reply


async def take(executor: Mapping[str, Any], model: Model, *rounds: Sequence[Turn]) -> list[tuple[Reply, RecordingHost]]:
    """Open one agent, and let it take the turns of each round at once, one round after the other."""
    taken: list[tuple[Reply, RecordingHost]] = []
    chosen = Ag2Options(**options(executor), max_turns=9)
    async with ADAPTER.open(chosen, Setup(agent="ada", seed=1, model=model)) as agent:
        for turns in rounds:
            hosts = [RecordingHost() for _ in turns]
            replies = await asyncio.gather(*(agent(turn, host) for turn, host in zip(turns, hosts, strict=True)))
            taken += zip(replies, hosts, strict=True)
    return taken


def left_in(folder: Path) -> list[str]:
    """The processes that work in a folder."""
    found = []
    for place in Path("/proc").glob("[0-9]*/cwd"):
        try:
            where = place.readlink()
        except OSError:  # gone, or somebody else's
            continue
        if where.is_relative_to(folder):
            found.append(os.fsdecode((place.parent / "cmdline").read_bytes()))
    return found
