"""What executors need: a container engine where there is one, Jupyter servers, a stand-in for YepCode."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

sys.path.append(str(Path(__file__).parent))

from ag2_places import KINDS, Entry, entry

JUPYTER_IMAGE = "massgen-hub-jupyter"


@pytest.fixture(scope="session")
def engine() -> Iterator[Any]:
    """A client of the container engine that DOCKER_HOST names, or of the usual one. `.ci/engine` makes one."""
    import docker

    try:
        client = docker.from_env()
        client.ping()
    except Exception as failure:
        pytest.skip(f"no container engine: {failure}")
    _insist_on(client, "python:3-slim")
    yield client
    client.close()


@pytest.fixture
def name(engine) -> Iterator[str]:
    """A name for a container, which is gone after the test."""
    name = f"test-{uuid4()}"
    yield name
    for container in engine.containers.list(all=True, sparse=True, filters={"name": name}):
        container.remove(force=True)


@pytest.fixture(scope="session")
def jupyter_image(engine: Any) -> str:
    """The name of an image that runs a kernel gateway."""
    return _insist_on(engine, JUPYTER_IMAGE)


def _insist_on(engine: Any, image: str) -> str:
    import docker

    try:
        engine.images.get(image)
    except docker.errors.ImageNotFound:
        pytest.skip(f"the container engine has no image {image}")
    return image


@pytest.fixture(scope="session")
def jupyter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A Jupyter server that runs already, on behalf of somebody else."""
    from massgen_hub_ag2.executors.scoped import environment, own_path

    with environment(PATH=own_path()):
        from autogen.coding.jupyter import LocalJupyterServer
    with chdir(tmp_path_factory.mktemp("jupyter")):
        server = LocalJupyterServer(token="the-token")
    yield server
    server.stop()


@pytest.fixture(scope="session")
def yepcode(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    from ag2_yepcode_stub import YepCodeStub

    with YepCodeStub(tmp_path_factory.mktemp("yepcode")) as stub:
        yield stub


@pytest.fixture(params=KINDS)
def executor(request: pytest.FixtureRequest) -> Entry:
    """The entry of each kind in turn."""
    return entry(request.param, request)
