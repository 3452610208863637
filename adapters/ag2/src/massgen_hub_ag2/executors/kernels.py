"""Code in Jupyter kernels, of a server or without one."""

from __future__ import annotations

import asyncio
import os
import pwd
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext, suppress
from functools import partial
from pathlib import Path
from queue import Empty
from tempfile import TemporaryDirectory
from typing import Any, Self, TypeVar

import requests
from autogen.coding.jupyter import EmbeddedIPythonCodeExecutor, JupyterCodeExecutor, JupyterConnectionInfo
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import KernelManager
from massgen_hub.errors import ConfigError
from pydantic import BaseModel

from ..executor_options import DockerServer, EmbeddedExecutor, JupyterExecutor, RunningServer
from . import servers
from .bounded import GRACE, Bounded, Brake
from .guard import Guard
from .scoped import own_path

T = TypeVar("T")

ANEW = "; the kernel was restarted and has forgotten its variables"
NEVER = 10**6
"""Seconds, for AG2: its timeout is one between two outputs, after which it leaves the kernel busy."""
PAUSE = 0.5
"""Seconds between two looks at whether to go on."""


def check(settings: JupyterExecutor | EmbeddedExecutor) -> None:
    """Raise `ConfigError` where the kernel, the server or its image is not there."""
    server = settings.jupyter_server if isinstance(settings, JupyterExecutor) else None
    if isinstance(server, DockerServer):
        from . import containers

        containers.check_server(server)
        return
    kernels = servers.kernels_at(server) if isinstance(server, RunningServer) else _specs().find_kernel_specs()
    if settings.kernel_name not in kernels:
        what = f"there is no Jupyter kernel `{settings.kernel_name}`"
        raise ConfigError(what, hint=f"there are: {', '.join(sorted(kernels)) or 'none'}")


@contextmanager
def opened(settings: JupyterExecutor | EmbeddedExecutor, folder: Path) -> Iterator[Bounded]:
    """The executor of one turn, with a kernel of its own."""
    open_one = _of_a_server if isinstance(settings, JupyterExecutor) else _embedded
    output = settings.output_dir or folder
    output.mkdir(parents=True, exist_ok=True)
    said = {"kernel_name": settings.kernel_name, "timeout": NEVER, "output_dir": str(output)}
    with (
        Guard() as guard,
        TemporaryDirectory(prefix="massgen-hub-") as scratch,
        open_one(settings, folder, Path(scratch), guard, said) as executor,
    ):
        yield executor


@contextmanager
def _of_a_server(
    settings: JupyterExecutor, folder: Path, scratch: Path, guard: Guard, said: Mapping[str, Any]
) -> Iterator[Bounded]:
    server, surroundings = settings.jupyter_server, _environment(guard, scratch)
    with servers.served(server, folder, scratch, guard, surroundings) as connection:
        executor = JupyterCodeExecutor(connection, **said)
        address = servers.url(connection, f"kernels/{executor._kernel_id}")
        outlives_us = isinstance(server, RunningServer)
        with guard.kernel(address, servers.headers(connection)) if outlives_us else nullcontext():
            try:
                executor._jupyter_kernel_client.wait_for_ready(servers.PATIENCE)
                yield Bounded(executor.execute_code_blocks, settings.timeout, *_brakes(executor, address, connection))
            finally:
                executor._jupyter_kernel_client.stop()
                executor.stop()


def _brakes(executor: JupyterCodeExecutor, address: str, connection: JupyterConnectionInfo) -> tuple[Brake, Brake]:
    def interrupt() -> None:
        requests.post(f"{address}/interrupt", headers=servers.headers(connection), timeout=GRACE)

    def hang_up() -> None:
        executor._jupyter_kernel_client._websocket.abort()

    def restart() -> None:
        executor.restart()
        executor._jupyter_kernel_client.wait_for_ready(servers.PATIENCE)

    return Brake(after=0, pull=interrupt), Brake(after=GRACE, pull=hang_up, mend=restart, lost=ANEW)


@contextmanager
def _embedded(
    settings: EmbeddedExecutor, folder: Path, scratch: Path, guard: Guard, said: Mapping[str, Any]
) -> Iterator[Bounded]:
    with Apart() as apart:
        executor = apart.do(Embedded, folder, scratch, _environment(guard, scratch), said)
        interrupt = Brake(after=0, pull=executor.kernel.interrupt_kernel)
        restart = partial(apart.do, executor.restart)
        anew = Brake(after=GRACE, pull=executor.cell.hang_up, mend=restart, lost=ANEW)
        try:
            yield Bounded(partial(apart.do, executor.execute_code_blocks), settings.timeout, interrupt, anew)
        finally:
            apart.do(executor.close)


class Apart:
    """A thread in which no event loop runs, as a context manager.

    Where one does, as in a turn, Jupyter's client starts another in a thread that never ends.
    """

    def __enter__(self) -> Self:
        self._thread = ThreadPoolExecutor(1, "kernel")
        return self

    def __exit__(self, *_failure: object) -> None:
        self.do(lambda: asyncio.get_event_loop().close())  # the one that the client has made for it
        self._thread.shutdown()

    def do(self, work: Callable[..., T], *arguments: Any) -> T:
        """Do it there, and wait."""
        return self._thread.submit(work, *arguments).result()


class Embedded(EmbeddedIPythonCodeExecutor):
    """AG2's, with a kernel that works in this folder and this environment, and not where and as the hub does."""

    def __init__(self, folder: Path, scratch: Path, environment: Mapping[str, str], said: Mapping[str, Any]) -> None:
        BaseModel.__init__(self, **said)
        self._timeout = self.timeout
        self._kernel_manager = KernelManager(
            kernel_name=self.kernel_name,
            kernel_spec_manager=_specs(),
            connection_file=str(scratch / "kernel.json"),
        )
        quiet = subprocess.DEVNULL
        self._kernel_manager.start_kernel(cwd=str(folder), env=dict(environment), stdout=quiet, stderr=quiet)
        self._kernel_client = Cell(self._kernel_manager.client())
        self._kernel_client.start_channels()
        self._kernel_client.wait_for_ready(servers.PATIENCE)

    @property
    def kernel(self) -> KernelManager:
        """Its kernel."""
        return self._kernel_manager

    @property
    def cell(self) -> Cell:
        """What it hears of its kernel."""
        return self._kernel_client

    def restart(self) -> None:
        """Kill the kernel, and start another in its place."""
        self._kernel_manager.restart_kernel(now=True)
        self._kernel_client.wait_for_ready(servers.PATIENCE)

    def close(self) -> None:
        """End the kernel."""
        self._kernel_client.stop_channels()
        self._kernel_manager.shutdown_kernel()


class Cell:
    """A client of a kernel that hears of the last cell only, and for which nobody types.

    AG2 takes any sign of an idle kernel for the end of its cell, be it that of the cell before.
    """

    def __init__(self, client: Any) -> None:
        self._client, self._number, self._hung_up = client, "", False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def execute(self, code: str, **how: Any) -> None:
        """Run a cell."""
        self._number = self._client.execute(code, allow_stdin=False, **how)
        self._hung_up = False

    def hang_up(self) -> None:
        """Hear no more of this cell."""
        self._hung_up = True

    def get_iopub_msg(self, timeout: float) -> Any:
        """The next message of the cell. Raises `Empty` where none came in so many seconds, or after `hang_up`."""
        end = time.monotonic() + timeout
        while not self._hung_up and time.monotonic() < end:
            with suppress(Empty):
                message = self._client.get_iopub_msg(timeout=PAUSE)
                if message["parent_header"].get("msg_id") == self._number:
                    return message
        raise Empty


def _environment(guard: Guard, scratch: Path) -> dict[str, str]:
    """What a kernel finds: the agent's own environment, and no history of another turn."""
    paths = (os.environ.get("JUPYTER_PATH"), str(Path(sys.prefix, "share/jupyter")), str(_users_jupyter()))
    made = {
        "PATH": own_path(),
        "JUPYTER_PATH": os.pathsep.join(filter(None, paths)),
        "JUPYTER_RUNTIME_DIR": str(scratch),
        "IPYTHONDIR": str(scratch),
    }
    return {**os.environ, **made, **guard.mark}


def _specs() -> KernelSpecManager:
    specs = KernelSpecManager()
    specs.kernel_dirs.append(str(_users_jupyter() / "kernels"))
    return specs


def _users_jupyter() -> Path:
    """Where `ipykernel install --user` puts a kernel: a worker has a home of its own."""
    try:
        home = Path(pwd.getpwuid(os.getuid()).pw_dir)
    except KeyError:  # a user without a name, as in some containers
        home = Path.home()
    return home / ".local/share/jupyter"
