"""Executors of an agent that lives in a worker: what reaches it there, and what is left when it is killed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from ag2_places import entry, left_in, options, outputs, python
from massgen_hub.contract import Agent, Setup
from massgen_hub.testing import ModelServer, RecordingHost, draft, say
from massgen_hub.worker import open_in_worker
from massgen_hub_ag2 import Ag2Options

PATIENCE = 20
KINDS = ("docker", "jupyter", "embedded", "running jupyter")


@asynccontextmanager
async def in_worker(executor: dict[str, Any], server: ModelServer) -> AsyncIterator[Agent]:
    """The agent in a worker, opened as the hub opens it."""
    chosen = Ag2Options(**options(executor)).model_dump(mode="json", exclude_unset=True)
    async with open_in_worker("ag2", chosen, Setup(agent="ada", seed=1, model=server.model("m")), None) as agent:
        yield agent


async def until(condition: Any) -> None:
    async with asyncio.timeout(PATIENCE):
        while not condition():
            await asyncio.sleep(0.05)


def never_ends(folder: Path) -> str:
    """Code that says that it runs, starts a child and never ends."""
    started = f"open({str(folder / 'started')!r}, 'w').close()"
    return f"import os, subprocess\nos.chdir({str(folder)!r})\n{started}\nsubprocess.run(['sleep', '1000'])"


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_left_of_a_turn_whose_process_is_killed(kind, request, server, tmp_path) -> None:
    inside = Path("/workspace") if kind == "docker" else tmp_path
    server.script("m", [python(never_ends(inside)), say("never asked")])

    async def broken_off() -> None:
        async with in_worker(entry(kind, request), server) as agent:
            turn = asyncio.create_task(agent(draft(folder=str(tmp_path)), RecordingHost()))
            await until((tmp_path / "started").exists)
            turn.cancel()
            await asyncio.wait([turn])
            await until(lambda: nothing_is_left(kind, request, tmp_path))

    asyncio.run(broken_off())
    assert nothing_is_left(kind, request, tmp_path)


def nothing_is_left(kind: str, request: pytest.FixtureRequest, folder: Path) -> bool:
    if left_in(folder):
        return False
    if kind == "docker":
        return request.getfixturevalue("engine").containers.list(all=True, sparse=True) == []
    if kind == "running jupyter":
        return request.getfixturevalue("jupyter").get_client().list_kernels() == []
    return True


def test_a_token_of_the_hubs_environment_reaches_the_worker(yepcode, server, monkeypatch) -> None:
    monkeypatch.setenv("YEPCODE_API_TOKEN", yepcode.token)
    monkeypatch.setenv("YEPCODE_API_HOST", yepcode.address)
    server.script("m", [python("print('ran')"), say("Done.")])
    host = RecordingHost()

    async def taken() -> None:
        async with in_worker({"type": "YepCodeCodeExecutor"}, server) as agent:
            await agent(draft(), host)

    asyncio.run(taken())
    assert "ran" in outputs(host)[0]
