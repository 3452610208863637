"""llama.cpp inside this process, as a server of its own on 127.0.0.1."""

from __future__ import annotations

import platform
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from massgen_hub.contract import Model
from massgen_hub.errors import ModelError
from massgen_hub.kit import in_thread

from .weights import OTHERS

SLOTS = 4
"""Agents that are answered at once; others wait. On a processor more slots give no more words per second, and each
takes 94 MB of memory."""

CONTEXT = 4096
"""Tokens that one agent's prompt and answer may have together. The system prompts of some frameworks take 2,500."""

BATCH = 128
"""Tokens of a prompt between two looks at whether the caller is still there (about half a second)."""

NEEDED = frozenset({"avx2", "fma", "f16c"})
"""What the library was compiled for on x86-64; without it the process would die of an illegal instruction."""


def check(cpuinfo: Path = Path("/proc/cpuinfo")) -> None:
    """Raises `ModelError` where this machine cannot run the model."""
    missing = NEEDED - _processor_flags(cpuinfo)
    if missing:
        raise _unsupported(f"this processor lacks {', '.join(sorted(missing))}")
    try:
        import xllamacpp  # type: ignore[import-untyped]  # noqa: F401
    except ImportError as failure:
        raise _unsupported(f"its library cannot be loaded ({failure})") from failure


@asynccontextmanager
async def running(weights: Path, name: str, *, agents: int) -> AsyncIterator[Model]:
    """The model, up and listening for as long as the block lasts. It starts and stops in a thread."""
    engine = _Engine(weights, name, slots=min(agents, SLOTS))
    await in_thread(engine.start, "model-start")
    try:
        yield Model(name=name, base_url=f"{engine.address}/v1", key=engine.key)
    finally:
        await in_thread(engine.stop, "model-stop")


class _Engine:
    def __init__(self, weights: Path, name: str, *, slots: int) -> None:
        self._weights, self._name, self._slots = weights, name, slots
        self._server: Any = None
        self.key = secrets.token_urlsafe(24)

    @property
    def address(self) -> str:
        return str(self._server.listening_address)

    def start(self) -> None:
        """Blocks for about half a second."""
        import xllamacpp

        try:
            self._server = xllamacpp.Server(self._parameters(xllamacpp.CommonParams()))
        except RuntimeError as failure:
            raise _unsupported(f"llama.cpp did not start ({failure})") from failure

    def stop(self) -> None:
        """Deleting the server is how it is stopped."""
        self._server = None

    def _parameters(self, params: Any) -> Any:
        params.model.path, params.model_alias = str(self._weights), {self._name}
        params.n_parallel, params.n_ctx = self._slots, self._slots * CONTEXT
        params.n_batch = params.n_ubatch = BATCH
        params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1  # two collapse beside a busy neighbour
        params.hostnames, params.port = ["127.0.0.1"], 0
        params.api_keys = [self.key]
        params.cache_ram_mib = 0  # old prompts would pile up in memory, up to 8 GB
        params.verbosity, params.ui = 0, False
        return params


def _processor_flags(cpuinfo: Path) -> set[str]:
    """The instruction sets of an x86-64 processor under Linux; elsewhere, as far as we know, all that is needed."""
    if platform.machine() != "x86_64" or not cpuinfo.is_file():
        return set(NEEDED)
    flags = (line for line in cpuinfo.read_text().splitlines() if line.startswith("flags"))
    return set(next(flags, "").split())


def _unsupported(why: str) -> ModelError:
    return ModelError(f"the embedded model does not run here: {why}", hint=OTHERS.removeprefix("or "))
