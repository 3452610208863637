"""A current folder that was removed, and a system that gives no temporary folder, in processes of their own."""

import os
import subprocess
import sys

import pytest
from killing import hub_after

LEAVE = "import os; os.rmdir(os.getcwd())"
EMPTY = "import os, tempfile; os.rmdir(tempfile.gettempdir())"
FULL = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))"
IN_CODE = """
from massgen_hub import Hub
import asyncio, sys
asyncio.run(Hub(sys.argv[1], runs=None).run("q"))
"""
TEAM = """
agents:
  - {id: ann, type: replay, answers: {q: Bern}}
  - {id: bob, type: replay, answers: {q: Bern}}
"""
WORKER = """
from massgen_hub.contract import Setup
from massgen_hub.worker import open_in_worker
import asyncio, os
async def start():
    async with open_in_worker("replay", {"answers": {}}, Setup(agent="ann", seed=1, folder=os.getcwd()), None):
        pass
asyncio.run(start())
"""


@pytest.fixture
def team(tmp_path):
    """A config that needs no current folder."""
    path = tmp_path / "team.yaml"
    path.write_text(TEAM)
    return path


@pytest.fixture
def gone(tmp_path):
    """A folder to be removed by the process in it."""
    folder = tmp_path / "gone"
    folder.mkdir()
    return folder


@pytest.mark.parametrize(
    "arguments",
    [
        ("run", "q", "--model", "local"),
        ("run", "q", "-c", "team.yaml"),
        ("run", "q", "-c", "{team}"),
        ("check", "team.yaml"),
        ("env", "sync", "team.yaml"),
        ("env", "why", "ag2", "crewai"),
    ],
    ids=" ".join,
)
def test_what_needs_the_current_folder_says_that_it_was_removed(team, gone, arguments):
    done = hub_after(LEAVE, *(one.format(team=team) for one in arguments), folder=gone)
    assert done.returncode == 2
    assert "error: the current folder was removed\n\nhint: change to a folder that exists" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_environment_cache_beside_the_current_folder_needs_it(gone):
    done = hub_after(LEAVE, "env", "list", folder=gone, MASSGEN_HUB_CACHE="cache")
    assert (done.returncode, done.stdout) == (2, "")
    assert "the current folder was removed" in done.stderr


def test_a_run_needs_no_current_folder_where_all_is_named_from_the_root(team, gone, tmp_path):
    runs = tmp_path / "runs"
    done = hub_after(LEAVE, "run", "q", "-c", team, "--runs", runs, folder=gone)
    assert (done.returncode, done.stdout.strip()) == (0, "Bern")


@pytest.mark.parametrize("arguments", [("check", "{team}"), ("runs",), ("doctor",)], ids=" ".join)
def test_what_needs_no_current_folder_works_without_one(team, gone, tmp_path, arguments):
    given = (one.format(team=team) for one in arguments)
    done = hub_after(LEAVE, *given, folder=gone, MASSGEN_HUB_CACHE=str(tmp_path / "cache"))
    assert (done.returncode, done.stderr) == (0, "")


def python(code, folder, **environment):
    """What a process of this code says, and does not survive."""
    done = subprocess.run(
        [sys.executable, "-c", code, "team.yaml"],
        capture_output=True, text=True, cwd=folder, env={**os.environ, **environment}, timeout=60,
    )  # fmt: skip
    assert done.returncode == 1
    return done.stderr


def test_a_worker_without_a_temporary_folder_is_told_with_the_way_out(tmp_path):
    folder = tmp_path / "tmp"
    folder.mkdir()
    said = python(EMPTY + WORKER, tmp_path, TMPDIR=str(folder))
    assert f"ConfigError: no temporary folder can be made in {folder}: No such file or directory\n" in said
    assert said.endswith("hint: set TMPDIR to a folder that can be written and has room\n")


def test_a_run_without_a_record_names_the_temporary_folders_that_are_full(team):
    said = python(FULL + IN_CODE, team.parent)
    assert "ConfigError: no temporary folder can be made: No usable temporary directory found in ['" in said
    assert said.endswith("hint: set TMPDIR to a folder that can be written and has room\n")


def test_a_verb_without_a_temporary_folder_ends_with_2(tmp_path):
    folder = tmp_path / "tmp"
    folder.mkdir()
    done = hub_after(EMPTY, "env", "why", "ag2", "crewai", folder=tmp_path, TMPDIR=str(folder))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"error: no temporary folder can be made in {folder}: ")
