"""Containers for code, which end with the process that uses them, however it ends."""

from __future__ import annotations

import socket
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from uuid import uuid4

import requests
from massgen_hub.kit import guard_environment

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from smolagents import DockerExecutor

SECONDS = 30
"""In which an interpreter starts, and ends."""

REAPER = """
import sys, docker
sys.stdin.read()
docker.from_env().containers.get(sys.argv[1]).remove(force=True)
"""
"""Removes a container once its own input ends, as it does when whoever started it is killed."""


_watched: dict[str, subprocess.Popen[bytes]] = {}
"""The reapers of containers that are there until this process ends."""


@contextmanager
def container(settings: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """What `smolagents.DockerExecutor` takes to start a container with a name and a port of its own."""
    name = f"massgen-hub-{uuid4().hex[:12]}"
    reaper = _reaper(name)
    try:
        how = {**settings.get("container_run_kwargs", {}), "name": name}
        yield {"port": _free_port(), **settings, "container_run_kwargs": how}
    finally:
        reaper.communicate()


def watch_over(executor: DockerExecutor) -> None:
    """Remove the container of a user's own agent when this process ends, however it does."""
    name = executor.container.name
    if name not in _watched:
        _watched[name] = _reaper(name)


def _reaper(name: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", REAPER, name],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # a worker is killed with its process group, and with all that has its home
        env=guard_environment(),
    )


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@contextmanager
def fresh_kernel(executor: DockerExecutor) -> Iterator[dict[str, str]]:
    """Where a new interpreter in the executor's container is, which ends with the turn."""
    token = urlsplit(executor.ws_url).query
    kernels = f"{executor.base_url}/api/kernels"
    made = requests.post(f"{kernels}?{token}", timeout=SECONDS)
    made.raise_for_status()
    kernel = made.json()["id"]
    try:
        yield {"kernel_id": kernel, "ws_url": executor.ws_url.replace(executor.kernel_id, kernel)}
    finally:
        requests.delete(f"{kernels}/{kernel}?{token}", timeout=SECONDS)
