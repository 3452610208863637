"""A folder with a config and the project of an adapter that only an environment of its own brings.

Environments are built of what uv has in its cache; what it lacks it fetches, as when this project was installed.
"""

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[1] / "cli"))

from killing import hub

PROJECT = """
[build-system]
requires = ["hatchling>=1.27"]
build-backend = "hatchling.build"

[project]
name = "massgen-hub-lone"
version = "7.0"
dependencies = ["massgen-hub", {requires}]

[project.entry-points.massgen_hub]
lone = "massgen_hub_lone"

[tool.hatch.build.targets.wheel]
only-include = ["massgen_hub_lone.py"]
"""

MODULE = '''
"""Agents that say where they are, or wait for ever."""

import asyncio
import json
import sys
from contextlib import asynccontextmanager
from typing import Literal

from massgen_hub import Adapter, Options, Tested, Traits, hookimpl


class LoneOptions(Options):
    mood: Literal["calm", "angry"] = "calm"


@asynccontextmanager
async def open_one(options, setup):
    async def agent(turn, host):
        if turn.task.text == "Wait.":
            await asyncio.Event().wait()
        if turn.schema is None:
            return f"{options.mood} in {sys.prefix}"
        return json.dumps({"reason": "It comes first.", "ranking": [one.label for one in turn.shown]})

    yield agent


@hookimpl
def register_adapters():
    tested = (Tested(distribution="pluggy", oldest="1.7", newest="1.7.0"),)
    traits = lambda options: Traits(streams=options.mood == "angry")
    return [Adapter(name="lone", summary="A test.", options=LoneOptions, open=open_one, traits=traits, tested=tested)]
'''

CONFIG = """
agents:
  - {id: ann, type: lone, environment: {requires: ["./lone"]}}
  - {id: bob, type: lone, mood: angry, environment: {requires: ["./lone"]}}
  - {id: cy, type: scripted, answer: a third opinion}
consensus: {gate: off}
"""


@pytest.fixture(scope="session")
def cache(tmp_path_factory):
    """Where the environments of all these tests are kept, so that each is built once."""
    return tmp_path_factory.mktemp("cache")


def write_project(folder, requires=""):
    """The project of the adapter `lone`."""
    folder.mkdir(exist_ok=True)
    (folder / "pyproject.toml").write_text(PROJECT.format(requires=requires))
    (folder / "massgen_hub_lone.py").write_text(MODULE)


@pytest.fixture(scope="session")
def project(tmp_path_factory):
    """A folder with the project, where it stays for all tests, because environments point to it."""
    folder = tmp_path_factory.mktemp("project")
    write_project(folder / "lone")
    return folder


@pytest.fixture
def place(tmp_path, project):
    """A folder of its own with a config `team.yaml` and a link to the project."""
    (tmp_path / "lone").symlink_to(project / "lone")
    (tmp_path / "team.yaml").write_text(CONFIG)
    return tmp_path


@pytest.fixture
def call(place, cache):
    """Calls `massgen-hub` there: `call("env", "sync", "team.yaml")`."""

    def run(*arguments, **environment):
        return hub(*arguments, folder=place, seconds=120, **{"MASSGEN_HUB_CACHE": str(cache), **environment})

    return run
