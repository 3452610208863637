"""Environments that runs use are not taken away under their feet."""

import os
import signal
import subprocess
import sys
from contextlib import contextmanager

import pytest
from massgen_hub.environments.store import MARK

OTHER = 'agents: [{id: dan, type: lone, environment: {requires: ["./lone", "pluggy>=1.7"]}}]'


@pytest.fixture
def call(call, tmp_path):
    """Calls `massgen-hub`, with a cache for one test."""
    return lambda *arguments: call(*arguments, MASSGEN_HUB_CACHE=str(tmp_path / "new"))


@pytest.fixture
def folders(tmp_path):
    """The folders of the environments that are there."""
    return lambda: {path for path in (tmp_path / "new" / "environments").iterdir() if path.is_dir()}


@pytest.fixture
def folder(call, folders):
    """The environment of ann and bob, built."""
    assert call("env", "sync", "team.yaml").returncode == 0
    [folder] = folders()
    return folder


@pytest.fixture
def running(place, folder):
    """Begins a run that uses it and has no end, and gives its process."""

    @contextmanager
    def begin():
        command = [sys.executable, "-m", "massgen_hub", "run", "-c", "team.yaml", "Wait."]
        environment = {**os.environ, "MASSGEN_HUB_CACHE": str(folder.parent.parent), "NO_COLOR": "1"}
        with subprocess.Popen(command, cwd=place, env=environment, stderr=subprocess.PIPE, text=True) as process:
            try:
                assert any(line.startswith("ann runs on") for line in process.stderr)
                yield process
            finally:
                process.kill()

    return begin


def test_one_in_use_is_kept_and_the_others_are_removed(call, place, folder, folders, running):
    (place / "other.yaml").write_text(OTHER)
    call("env", "sync", "other.yaml")
    [other] = folders() - {folder}
    with running():
        done = call("env", "remove", "--all")
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        f"removed {other.name}",
        f"error: not removed, because a run uses it: {folder.name}",
        "",
        f"hint: wait for the run to end, or end it; then: massgen-hub env remove {folder.name}",
    ]
    assert folders() == {folder}
    assert (folder / MARK).is_file()


def test_it_is_in_use_until_the_last_of_several_runs_has_ended_however_it_ends(call, folder, folders, running):
    with running() as one, running() as other:
        one.send_signal(signal.SIGTERM)
        one.wait(60)
        assert call("env", "remove", folder.name).returncode == 2
        other.kill()
        other.wait(60)
        assert call("env", "remove", folder.name).returncode == 0
    assert folders() == set()


def test_one_in_use_that_is_damaged_is_built_anew_when_the_run_has_ended(call, folder, running):
    with running():
        (folder / MARK).unlink()
        done = call("env", "sync", "team.yaml")
        assert done.returncode == 2
        assert f"the environment of ann, bob is damaged, and a run uses it: {folder.name}" in done.stderr
        assert (folder / "bin" / "python").exists()
    assert call("env", "sync", "team.yaml").returncode == 0
    assert (folder / MARK).is_file()


def test_one_in_use_that_is_whole_needs_no_wait(call, running):
    with running():
        assert call("env", "sync", "team.yaml").returncode == 0


def test_a_name_that_fits_none_removes_nothing(call, folder, folders):
    done = call("env", "remove", folder.name, "zzz")
    assert done.returncode == 2
    assert "the name of no environment begins with `zzz`" in done.stderr
    assert folders() == {folder}
