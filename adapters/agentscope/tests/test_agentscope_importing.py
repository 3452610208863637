"""Agents are opened at the same time, and what they need is imported by several threads at once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SCENE = """
import asyncio, sys, threading
from massgen_hub.contract import Model, Setup
from massgen_hub.targets import resolve
from massgen_hub_agentscope import ADAPTER

target = resolve("agentscope_users:adder", [sys.argv[1]]) if sys.argv[2] == "own" else None
import agentscope.agent, agentscope.mcp, agentscope.middleware, agentscope.model, openai
assert "httpx" not in sys.modules
half, go_on = threading.Event(), threading.Event()

class Halfway:
    def find_spec(self, name, *_about):
        if name == "httpx._client":
            half.set()
            go_on.wait()

async def open_one():
    setup = Setup(agent="ada", seed=1, model=Model(name="m", base_url="http://127.0.0.1:9/v1", key="k"), target=target)
    async with ADAPTER.open(ADAPTER.options(), setup):
        pass

async def scene():
    opening = asyncio.create_task(open_one())
    await asyncio.wait([opening], timeout=0.5)
    go_on.set()
    await opening

sys.meta_path.insert(0, Halfway())
threading.Thread(target=lambda: __import__("httpx")).start()
half.wait()
asyncio.run(scene())
"""


def opened_while_another_thread_imports_httpx(kind):
    command = [sys.executable, "-c", SCENE, str(Path(__file__).parent), kind]
    return subprocess.run(command, capture_output=True, text=True, timeout=120)


def test_an_agent_is_made_while_another_thread_imports_what_its_client_looks_for():
    done = opened_while_another_thread_imports_httpx("made")
    assert (done.returncode, done.stderr) == (0, "")


def test_a_users_factory_runs_while_another_thread_imports_what_its_client_looks_for():
    done = opened_while_another_thread_imports_httpx("own")
    assert (done.returncode, done.stderr) == (0, "")
