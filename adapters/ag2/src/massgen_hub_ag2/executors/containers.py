"""Code in containers, and the engine that runs them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any
from uuid import uuid4

import docker
from autogen.coding import DockerCommandLineCodeExecutor
from docker.errors import APIError, DockerException, ImageNotFound
from massgen_hub.errors import ConfigError

from ..executor_options import DockerExecutor, DockerServer
from .bounded import GRACE, Bounded, Brake
from .guard import Guard

NO_ENGINE = (
    "start Docker, or Podman (`podman system service`), and let DOCKER_HOST name its socket where it is not the usual"
)


def check(settings: DockerExecutor) -> None:
    """Raise `ConfigError` where no engine answers, or where it neither has the image nor can pull it."""
    with engine() as client:
        try:
            client.images.get(settings.image)
        except ImageNotFound:
            _pull(client.images, settings.image)


def _pull(images: Any, name: str) -> None:
    try:
        images.pull(name)
    except APIError as failure:
        what = f"the engine has no image `{name}` and cannot pull it: {failure.explanation or failure}"
        there = ", ".join(sorted(tag for one in images.list() for tag in one.tags)[:10])
        raise ConfigError(what, hint=f"name one that it has: {there or 'it has none'}") from None


def check_server(settings: DockerServer) -> None:
    """Raise `ConfigError` where no engine answers, or where it has no such image, or one that serves nothing."""
    name = settings.custom_image_name
    with engine() as client:
        if name is None:
            return
        try:
            exposed = client.images.get(name).attrs["Config"].get("ExposedPorts") or {}
        except ImageNotFound as missing:
            what = f"the engine has no image `{name}`: {missing.explanation}"
            raise ConfigError(
                what, hint="build it, or leave `custom_image_name` out: then AG2 builds its own"
            ) from None
    if "8888/tcp" not in exposed:
        raise ConfigError(f"the image `{name}` exposes no port 8888", hint="it has to run a kernel gateway there")


@contextmanager
def engine() -> Iterator[Any]:
    """A client of the engine. Raises `ConfigError` where none answers."""
    try:
        client = docker.from_env()
        client.ping()
    except (DockerException, OSError) as failure:
        raise ConfigError(f"no container engine answers: {failure}", hint=NO_ENGINE) from None
    try:
        yield client
    finally:
        client.close()


@contextmanager
def opened(settings: DockerExecutor, folder: Path) -> Iterator[Bounded]:
    """The executor of one turn, with a container of its own."""
    ours = {"type", "work_dir", "container_name", "stop_container", "auto_remove"}
    said = {**settings.model_dump(exclude=ours, exclude_none=True), "stop_container": False, "auto_remove": False}
    with Guard() as guard, container(settings, guard) as name:
        executor = DockerCommandLineCodeExecutor(**said, work_dir=folder, container_name=name)
        made = executor._container
        restart = Brake(after=GRACE, pull=lambda: made.restart(timeout=0), lost="; the container was restarted")
        try:
            yield Bounded(executor.execute_code_blocks, settings.timeout, restart)
        finally:
            made.client.close()


@contextmanager
def container(settings: DockerExecutor | DockerServer, guard: Guard) -> Iterator[str]:
    """The name of a container to be made in here. It ends afterwards, unless the user wants to keep it."""
    name = settings.container_name or f"massgen-hub-{uuid4()}"
    with guard.container(name, remove=settings.auto_remove) if settings.stop_container else nullcontext():
        yield name
