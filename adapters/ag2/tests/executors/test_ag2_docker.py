"""Code in containers: each option of the executor, and what is said where it cannot work."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from ag2_places import outputs, python, take
from massgen_hub.errors import ConfigError
from massgen_hub.testing import RecordingHost, draft, say
from massgen_hub_ag2 import Ag2Options
from massgen_hub_ag2.executors import containers, guard
from pydantic import ValidationError

PRINTS = python("print('ran')")
NOWHERE = "127.0.0.1:1/none"
"""An image in a registry that is not there."""


@pytest.fixture
def run(engine, server, tmp_path) -> Callable[..., RecordingHost]:
    """`run(reply, ..., option=...)`: one turn with these replies, and what its host was told."""

    def run(*replies: Any, **options: Any) -> RecordingHost:
        server.script("m", [*replies, say("Done.")])
        entry = {"type": "DockerCommandLineCodeExecutor", **options}
        [(_, host)] = asyncio.run(take(entry, server.model("m"), [draft(folder=str(tmp_path))]))
        return host

    return run


def test_image(run, engine, name) -> None:
    engine.images.get("python:3-slim").tag("massgen-hub-another", "1")
    run(PRINTS, image="massgen-hub-another:1", container_name=name, stop_container=False)
    assert "massgen-hub-another:1" in engine.containers.get(name).attrs["Config"]["Image"]


def test_container_name(run, engine, name) -> None:
    run(PRINTS, container_name=name, stop_container=False)
    assert engine.containers.get(name).name == name


def test_stop_container_false_leaves_it_running(run, engine, name) -> None:
    run(PRINTS, container_name=name, stop_container=False)
    assert engine.containers.get(name).status == "running"


def test_auto_remove_false_leaves_it_stopped(run, engine, name) -> None:
    run(PRINTS, container_name=name, auto_remove=False)
    assert engine.containers.get(name).status == "exited"


def test_work_dir(run, tmp_path) -> None:
    run(python("open('answer.txt', 'w').close()"), work_dir=str(tmp_path / "made/for/it"))
    assert (tmp_path / "made/for/it/answer.txt").exists()


def test_bind_dir_is_what_the_engine_binds(run, tmp_path) -> None:
    (tmp_path / "bound").mkdir()
    (tmp_path / "bound/one.py").write_text("print('bound')")
    named = python("# filename: one.py\nprint('written')")
    host = run(named, work_dir=str(tmp_path / "worked"), bind_dir=str(tmp_path / "bound"))
    assert outputs(host) == ["exit 0: bound\n"]


def test_bind_dir_without_work_dir_is_refused() -> None:
    executor = {"type": "DockerCommandLineCodeExecutor", "bind_dir": "here"}
    with pytest.raises(ValidationError, match="give both"):
        Ag2Options(code_execution_config={"executor": executor})


def test_execution_policies(run) -> None:
    host = run(PRINTS, execution_policies={"python": False})
    assert outputs(host)[0].startswith("exit 0: Code saved to")


def test_container_create_kwargs(run) -> None:
    more = {"environment": {"COLOUR": "red"}, "network_mode": "none"}
    host = run(python("import os; print(os.environ['COLOUR'])"), container_create_kwargs=more)
    assert outputs(host) == ["exit 0: red\n"]


def test_code_that_ignores_the_timeout_is_ended_with_its_container(run, monkeypatch) -> None:
    monkeypatch.setattr(containers, "GRACE", 0.5)
    deaf = "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nprint('deaf', flush=True)\nwhile True: pass"
    host = run(python(deaf), PRINTS, timeout=1)
    late, after = outputs(host)
    assert late.startswith("exit 124: ")
    assert late.endswith("Timeout: stopped after 1 s; the container was restarted\n")
    assert after == "exit 0: ran\n"


def test_a_container_that_comes_after_the_end_of_its_turn_is_removed_too(engine, name) -> None:
    with subprocess.Popen([sys.executable, "-P", guard.__file__, "MARK="], stdin=subprocess.PIPE, text=True) as process:
        process.stdin.write(json.dumps({"container": name, "remove": True}) + "\n")
        process.stdin.close()
        engine.containers.create("python:3-slim", "sleep 100", name=name).start()
    assert process.returncode == 0
    assert engine.containers.list(all=True, sparse=True, filters={"name": name}) == []


def test_an_image_that_cannot_be_pulled_is_an_error_of_the_config_with_those_that_are_there(run) -> None:
    with pytest.raises(ConfigError, match=f"no image `{NOWHERE}` and cannot pull it: ") as refused:
        run(image=NOWHERE)
    assert "python:3-slim" in refused.value.hint


def test_no_engine_is_an_error_of_the_config_in_its_own_words(server, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none.sock")
    entry = {"type": "DockerCommandLineCodeExecutor"}
    with pytest.raises(ConfigError, match="no container engine answers: .*No such file") as refused:
        asyncio.run(take(entry, server.model("m"), [draft()]))
    assert "DOCKER_HOST" in refused.value.hint
