"""Workers of a small adapter, found by its entry point like any other."""

import asyncio
import shutil
import sys
from contextlib import asynccontextmanager
from pathlib import Path

import living
import pytest
from massgen_hub.contract import Setup
from massgen_hub.testing import RecordingHost
from massgen_hub.worker import Limits, open_in_worker

HERE = Path(__file__).parent


@pytest.fixture(autouse=True)
def _only_its_own_processes():
    living.before.clear()
    living.before.update(living.children())


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """A folder in which the distribution `massgen-hub-tiny` is installed."""
    folder = tmp_path_factory.mktemp("site")
    shutil.copy(HERE / "tiny.py", folder / "massgen_hub_tiny.py")
    _install(folder, "tiny", "massgen_hub_tiny")
    return folder


@pytest.fixture
def plugin(tmp_path):
    """Installs a plugin of this name and text into a folder, and gives the folder."""

    def install(name, text):
        (tmp_path / f"massgen_hub_{name}.py").write_text(text)
        _install(tmp_path, name, f"massgen_hub_{name}")
        return tmp_path

    return install


def _install(folder, name, module):
    about = folder / f"massgen_hub_{name}-1.2.3.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: massgen-hub-{name}\nVersion: 1.2.3\n")
    (about / "entry_points.txt").write_text(f"[massgen_hub]\n{name} = {module}\n")


@pytest.fixture
def opened(site):
    """Opens an agent of the small adapter: `async with opened(option=...) as agent`."""

    @asynccontextmanager
    async def open_one(
        adapter="tiny", *, target=None, setup=None, paths=(), limits=None, python=None, log=None, memory=None, **options
    ):
        setup, limits, paths = setup or Setup(agent="a", seed=1), limits or Limits(), (str(site), *map(str, paths))
        python = python or sys.executable
        context = open_in_worker(
            adapter, options, setup, target, python=python, paths=paths, log=log, limits=limits, memory=memory
        )
        async with context as agent:
            yield agent

    return open_one


class WatchedHost(RecordingHost):
    """A host that keeps the order of everything, and lets a test wait until the agent says something."""

    def __init__(self, *answers):
        super().__init__(answers)
        self.order = []
        self.spoken = asyncio.Event()

    def say(self, text, part=0):
        super().say(text, part)
        self.order.append(text)
        self.spoken.set()

    def note(self, activity):
        self.order.append(activity)

    def spend(self, usage):
        self.order.append(usage)

    async def call(self, tool, arguments):
        return [tool, arguments] if tool == "known" else await super().call(tool, arguments)


@pytest.fixture
def new_host():
    """Makes hosts; to be called inside the event loop."""
    return WatchedHost


@pytest.fixture
def executable(tmp_path):
    """Makes a program of a text, and gives its path."""

    def make(text):
        path = tmp_path / "program"
        path.write_text(text)
        path.chmod(0o755)
        return str(path)

    return make
