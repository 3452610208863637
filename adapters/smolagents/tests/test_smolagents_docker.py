"""Code in a container. `.ci/engine` starts an engine where there is none; without one these tests are skipped."""

import io
import json
import os
import platform
import signal
import subprocess
import sys
import tarfile
from contextlib import suppress
from pathlib import Path

import docker
import pytest
from massgen_hub.contract import Setup
from massgen_hub.errors import ConfigError
from massgen_hub.testing import RecordingHost, draft, run, say, vote
from massgen_hub_smolagents import adapter
from massgen_hub_smolagents.docker import container
from massgen_hub_smolagents.lending import quiet_logger
from smolagents import CodeAgent, OpenAIModel

BASE, IMAGE = "massgen-hub-jupyter", "massgen-hub-smolagents"
DOCKERFILE = f"""
FROM {BASE}
COPY packages /usr/local/lib/packages
ENV PYTHONPATH=/usr/local/lib/packages
CMD ["python", "-m", "kernel_gateway", "--KernelGatewayApp.ip=0.0.0.0", "--KernelGatewayApp.port=8888"]
"""
pytestmark = pytest.mark.slow

WHERE = {"image_name": IMAGE, "build_new_image": False}
OPTIONS = {"kind": "code", "prompts": "short", "executor": "docker", "executor_kwargs": WHERE}


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    """A client of an engine that has the image: what smolagents wants in it is put into what `.ci/engine` made."""
    try:
        client = docker.from_env()
        client.images.get(BASE)
    except docker.errors.DockerException as missing:
        pytest.skip(f"no container engine with the image {BASE} (start one with `.ci/engine`): {missing}")
    version = "import sys; print('%d.%d' % sys.version_info[:2])"
    python = client.containers.run(BASE, ["python", "-c", version], remove=True).decode().strip()
    packages = tmp_path_factory.mktemp("packages")
    subprocess.run(
        ["uv", "pip", "install", "--quiet", "--target", packages, "--python-version", python,
         "--python-platform", f"{platform.machine()}-manylinux_2_28", "pillow", "numpy"], check=True
    )  # fmt: skip
    client.images.build(fileobj=context(packages), custom_context=True, tag=IMAGE)
    return client


def context(packages: Path) -> io.BytesIO:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as tar:
        file = tarfile.TarInfo("Dockerfile")
        file.size = len(DOCKERFILE)
        tar.addfile(file, io.BytesIO(DOCKERFILE.encode()))
        tar.add(packages, "packages")
    made.seek(0)
    return made


def containers(engine):
    return engine.containers.list(all=True, filters={"name": "massgen-hub-"})


def code(text):
    return say(f"So.\n<code>\n{text}\n</code>")


def outputs(host):
    return [activity.text for activity in host.activities if activity.kind == "output"]


def test_code_runs_in_a_container_and_nothing_survives_a_turn(engine, take):
    said = [code("import os\nsecret = os.getpid()\nfinal_answer(secret)"), code("final_answer(secret)"), say("gone")]
    reply, host = take([draft(), draft()], said, max_steps=1, **OPTIONS)
    first, second = outputs(host)
    assert str(os.getpid()) not in first
    assert "name 'secret' is not defined" in second
    assert reply.text == "gone"


def test_two_agents_have_two_containers_which_end_with_them(engine, server):
    async def both():
        setup, options = Setup(agent="ada", seed=1, model=server.model("m")), adapter.options(**OPTIONS)
        async with adapter.open(options, setup), adapter.open(options, setup):
            return len(containers(engine))

    assert run(both()) == 2
    assert containers(engine) == []


def test_a_vote_is_cast_by_name_by_place_or_as_a_whole(engine, server):
    given = ("reason='So.', ranking=['B']", "'So.', ['B']", "{'reason': 'So.', 'ranking': ['B']}")
    server.script("m", [code(f"final_answer({arguments})") for arguments in given])

    async def votes():
        setup = Setup(agent="ada", seed=1, model=server.model("m"))
        async with adapter.open(adapter.options(**OPTIONS), setup) as agent:
            return [(await agent(vote(), RecordingHost())).data for _ in given]

    assert run(votes()) == [{"reason": "So.", "ranking": ["B"]}] * 3


def test_an_agent_of_ones_own_keeps_its_container_and_what_is_in_it(engine, server, take):
    model = OpenAIModel("m", api_base=server.base_url, api_key="x")
    with container(WHERE) as settings:
        own = CodeAgent(tools=[], model=model, executor_type="docker", executor_kwargs=settings, logger=quiet_logger())
        own.python_executor("kept = 7")
        before = dict(vars(own.python_executor))
        said = [code("final_answer('kept' in vars())"), code("final_answer('So.', ['B'])")]
        reply, _ = take([draft(), vote()], said, target=own)
        assert reply.data["ranking"] == ["B"]
        assert vars(own.python_executor) == before
        assert own.python_executor("kept").output == "7"


STARTED = """
import asyncio, json, sys
from massgen_hub.contract import Model, Setup
from massgen_hub_smolagents import adapter
from massgen_hub_smolagents.docker import container
from massgen_hub_smolagents.lending import quiet_logger

async def main():
    setup = Setup(agent="ada", seed=1, model=Model(name="m", base_url="http://127.0.0.1:9/v1"))
    async with adapter.open(adapter.options(**json.loads(sys.argv[1])), setup):
        print("open", flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""


def test_a_container_ends_with_a_process_that_is_killed(engine):
    arguments = [sys.executable, "-c", STARTED, json.dumps(OPTIONS)]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, start_new_session=True) as process:
        assert process.stdout.readline() == b"open\n"
        [started] = containers(engine)
        os.killpg(process.pid, signal.SIGKILL)
    with suppress(docker.errors.NotFound):  # it is gone already
        started.wait(condition="removed", timeout=30)
    assert containers(engine) == []


def test_an_engine_that_is_not_there_is_an_error(take, monkeypatch):
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere.sock")
    with pytest.raises(ConfigError, match="Could not connect to Docker daemon"):
        take(draft(), [], **OPTIONS)


def test_settings_that_an_executor_does_not_take_are_refused(take):
    with pytest.raises(ConfigError, match="unexpected keyword argument 'image'"):
        take(draft(), [], kind="code", executor_kwargs={"image": IMAGE})
