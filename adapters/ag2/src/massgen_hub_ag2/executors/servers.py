"""Jupyter servers: one of the turn's own, on this machine or in a container, or one that runs already."""

from __future__ import annotations

import json
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import Any

import requests
from autogen.coding.jupyter import JupyterConnectionInfo
from massgen_hub.errors import ConfigError, TurnError

from ..executor_options import DockerServer, LocalServer, RunningServer, Server
from .guard import Guard

PATIENCE, ANSWER, PAUSE = 60.0, 10.0, 0.05
"""Seconds: for a server to come up, to answer, and between two questions."""
REFUSED = (401, 403)
LONGEST = 2000
"""Characters of what a server printed before it ended."""


def url(connection: JupyterConnectionInfo, path: str) -> str:
    """An address at a server."""
    port = f":{connection.port}" if connection.port else ""
    return f"http://{connection.host}{port}/api/{path}"


def headers(connection: JupyterConnectionInfo) -> dict[str, str]:
    """What a server wants to be told with every request."""
    return {} if connection.token is None else {"Authorization": f"token {connection.token}"}


def kernels_at(server: RunningServer) -> set[str]:
    """The kernels of a server. Raises `ConfigError` where it does not answer as one, or refuses the token."""
    try:
        return set(_asked(_connection(server))["kernelspecs"])
    except (requests.RequestException, KeyError, TypeError) as failure:
        if getattr(getattr(failure, "response", None), "status_code", None) in REFUSED:
            what, hint = "the Jupyter server refuses the token", "`token` has to be that of the server"
        else:
            what, hint = "no Jupyter server answers", "start it, or mend `host` and `port`"
        raise ConfigError(f"{what}: {failure}", hint=hint) from None


def served(
    server: Server, folder: Path, scratch: Path, guard: Guard, environment: Mapping[str, str]
) -> AbstractContextManager[JupyterConnectionInfo]:
    """The connection to a server, for as long as a turn lasts. One of its own on this machine works in `folder`."""
    if isinstance(server, RunningServer):
        return nullcontext(_connection(server))
    if isinstance(server, LocalServer):
        return _local(server, folder, scratch, environment)
    return _in_container(server, guard)


def _connection(server: RunningServer) -> JupyterConnectionInfo:
    return JupyterConnectionInfo(host=server.host, use_https=False, port=server.port, token=server.token)


@contextmanager
def _local(
    server: LocalServer, folder: Path, scratch: Path, environment: Mapping[str, str]
) -> Iterator[JupyterConnectionInfo]:
    """AG2's class for this looks for Jupyter twice, stops where nobody reads what it prints, and works elsewhere."""
    token = secrets.token_hex(32) if server.token is None else server.token
    connection = JupyterConnectionInfo(
        host=server.ip, use_https=False, port=server.port or _free_port(server.ip), token=token
    )
    printed = scratch / "printed"
    with printed.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "kernel_gateway", *_flags(connection, server)],
            cwd=folder,
            env={**environment, "KG_AUTH_TOKEN": token},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )

    def ended() -> str:
        return "" if process.poll() is None else printed.read_text(errors="replace")[-LONGEST:] or "it ended"

    try:
        _wait(connection, ended)
        yield connection
    finally:
        process.terminate()
        try:
            process.wait(ANSWER)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _flags(connection: JupyterConnectionInfo, server: LocalServer) -> Iterator[str]:
    yield f"--KernelGatewayApp.ip={connection.host}"
    yield f"--KernelGatewayApp.port={connection.port}"
    yield "--KernelGatewayApp.port_retries=0"
    yield "--JupyterApp.answer_yes=true"
    if server.log_file is not None:
        yield f"--JupyterApp.logging_config={json.dumps(_logging(server))}"


def _logging(server: LocalServer) -> dict[str, Any]:
    handler = {
        "class": "logging.handlers.RotatingFileHandler",
        "level": server.log_level,
        "maxBytes": server.log_max_bytes,
        "backupCount": server.log_backup_count,
        "filename": str(server.log_file),
    }
    logger = {"level": server.log_level, "handlers": ["file"]}
    return {"handlers": {"file": handler}, "loggers": {"KernelGatewayApp": logger}}


def _free_port(ip: str) -> int:
    with socket.socket() as probe:
        probe.bind((ip, 0))
        return int(probe.getsockname()[1])


@contextmanager
def _in_container(server: DockerServer, guard: Guard) -> Iterator[JupyterConnectionInfo]:
    from autogen.coding.jupyter import DockerJupyterServer

    from .containers import container, engine

    said = server.model_dump(exclude={"type", "container_name", "stop_container"}, exclude_none=True)
    with engine() as client, container(server, guard) as name:
        running = DockerJupyterServer(**said, container_name=name, stop_container=False)
        runs = partial(client.containers.list, filters={"name": name}, sparse=True)
        _wait(running.connection_info, lambda: "" if runs() else "it ended")
        yield running.connection_info


def _wait(connection: JupyterConnectionInfo, ended: Callable[[], str]) -> None:
    """Until the server answers. `ended` says how it ended, if it did."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            return _asked(connection)
        except (requests.ConnectionError, requests.Timeout) as failure:
            if (why := ended()) or time.monotonic() > end:
                raise TurnError(f"the Jupyter server does not answer: {why or failure}", transient=True) from None
        time.sleep(PAUSE)


def _asked(connection: JupyterConnectionInfo) -> Any:
    answer = requests.get(url(connection, "kernelspecs"), headers=headers(connection), timeout=ANSWER)
    answer.raise_for_status()
    return answer.json()
