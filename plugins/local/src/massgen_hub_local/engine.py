"""llama.cpp as a server on 127.0.0.1, in a process of its own.

Beside the hub and not inside it for two reasons: it holds Python's global lock for the third of a second in which it
starts, in whatever thread, and on a processor that it was not compiled for it takes its process down.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from massgen_hub.contract import JSON, Model
from massgen_hub.errors import ModelError

from .weights import OTHERS

SLOTS = 4
"""Agents that are answered at once; others wait. On a processor more slots give no more words per second, and each
takes 94 MB of memory."""

ILLEGAL_INSTRUCTION = (-signal.SIGILL, 0xC000001D)
"""How a process ends that its processor does not understand: on POSIX, on Windows."""


@asynccontextmanager
async def running(weights: Path, name: str, *, agents: int) -> AsyncIterator[Model]:
    """The model, up and listening for as long as the block lasts. Raises `ModelError` where it does not start."""
    order = {"weights": str(weights), "name": name, "slots": min(agents, SLOTS), "key": secrets.token_urlsafe(24)}
    child = "massgen_hub_local.child"
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", child, stdin=PIPE, stdout=PIPE, stderr=DEVNULL)
    try:
        address = await _started(process, order)
        yield Model(name=name, base_url=f"{address}/v1", key=str(order["key"]))
    finally:
        if process.returncode is None:
            process.kill()  # it holds nothing that could be lost
        await process.wait()


async def _started(process: Process, order: Mapping[str, JSON]) -> str:
    """Give the order and wait for the address."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(json.dumps(order).encode() + b"\n")
    answer = await process.stdout.readline()
    reply = json.loads(answer) if answer else {"error": _how_it_ended(await process.wait())}
    if "error" in reply:
        raise ModelError(f"the embedded model does not run here: {reply['error']}", hint=OTHERS.removeprefix("or "))
    return str(reply["address"])


def _how_it_ended(code: int) -> str:
    if code in ILLEGAL_INSTRUCTION:
        return "this processor lacks instructions that its library needs (on x86: AVX2, FMA and F16C)"
    return f"its process ended with code {code}"
