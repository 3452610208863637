"""Code in kernels: each option of the executors and their servers, and what is said where they cannot work."""

from __future__ import annotations

import asyncio
import json
import re
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ag2_places import outputs, python, running, take
from massgen_hub.errors import ConfigError, TurnError
from massgen_hub.testing import RecordingHost, draft, say
from massgen_hub_ag2 import Ag2Options
from massgen_hub_ag2.executors import environment, own_path
from pydantic import ValidationError

JUPYTER, EMBEDDED = {"type": "JupyterCodeExecutor"}, {"type": "EmbeddedIPythonCodeExecutor"}
PRINTS = python("print('ran')")
DEAF = python("import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: print('x')")

Run = Callable[..., RecordingHost]


@pytest.fixture
def turn_folder(tmp_path) -> Path:
    folder = tmp_path / "turn"
    folder.mkdir()
    return folder


@pytest.fixture
def run(server, turn_folder) -> Run:
    """`run(executor, reply, ...)`: one turn with these replies, and what its host was told."""

    def run(executor: dict[str, Any], *replies: Any) -> RecordingHost:
        server.script("m", [*replies, say("Done.")])
        [(_, host)] = asyncio.run(take(executor, server.model("m"), [draft(folder=str(turn_folder))]))
        return host

    return run


@pytest.fixture
def kernels(monkeypatch) -> Any:
    with environment(PATH=own_path()):
        from massgen_hub_ag2.executors import kernels
    return kernels


def local(**options: Any) -> dict[str, Any]:
    return {**JUPYTER, "jupyter_server": {"type": "LocalJupyterServer", **options}}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.mark.parametrize("executor", [JUPYTER, EMBEDDED], ids=["jupyter", "embedded"])
def test_kernel_name_may_be_one_that_the_user_installed(executor, run, kernels, tmp_path, monkeypatch) -> None:
    argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    spec = {"argv": argv, "display_name": "Mine", "language": "python", "env": {"KERNEL": "mine"}}
    (tmp_path / "kernels/mine").mkdir(parents=True)
    (tmp_path / "kernels/mine/kernel.json").write_text(json.dumps(spec))
    monkeypatch.setattr(kernels, "_users_jupyter", lambda: tmp_path)
    host = run({**executor, "kernel_name": "mine"}, python("import os; print(os.environ['KERNEL'])"))
    assert outputs(host) == ["exit 0: mine\n"]


@pytest.mark.parametrize("kind", ["jupyter", "embedded", "running"])
def test_a_kernel_that_is_not_there_is_an_error_of_the_config_with_those_that_are(kind, run, jupyter) -> None:
    entry = {**(EMBEDDED if kind == "embedded" else JUPYTER), "kernel_name": "cobol"}
    if kind == "running":
        entry["jupyter_server"] = running(jupyter)
    with pytest.raises(ConfigError, match="no Jupyter kernel `cobol`") as refused:
        run(entry)
    assert "python3" in refused.value.hint


@pytest.mark.parametrize("executor", [JUPYTER, EMBEDDED], ids=["jupyter", "embedded"])
def test_output_dir_takes_what_is_displayed(executor, run, tmp_path, turn_folder) -> None:
    shows = python("from IPython.display import HTML\nopen('code.txt', 'w').close()\nHTML('<b>bold</b>')")
    run({**executor, "output_dir": str(tmp_path / "made/for/it")}, shows)
    assert [path.read_text() for path in (tmp_path / "made/for/it").iterdir()] == ["<b>bold</b>"]
    assert [path.name for path in turn_folder.iterdir()] == ["code.txt"]


@pytest.mark.parametrize("executor", [JUPYTER, EMBEDDED], ids=["jupyter", "embedded"])
def test_code_that_ignores_the_timeout_is_ended_with_its_kernel(executor, run, kernels, monkeypatch) -> None:
    monkeypatch.setattr(kernels, "GRACE", 0.5)
    late, after = outputs(run({**executor, "timeout": 1}, DEAF, PRINTS))
    assert late.startswith("exit 124: ")
    assert late.endswith("Timeout: stopped after 1 s; the kernel was restarted and has forgotten its variables\n")
    assert after == "exit 0: ran\n"


def test_nobody_types_what_code_asks_for(run) -> None:
    [asked] = outputs(run(EMBEDDED, python("input('Name? ')")))
    assert "StdinNotImplementedError" in asked


def test_a_local_server_takes_a_port_that_is_free_and_not_the_usual_one(run, tmp_path) -> None:
    run(local(log_file=str(tmp_path / "log")), PRINTS)
    assert re.search(r"is available at http://127\.0\.0\.1:(?!8888\b)\d+", (tmp_path / "log").read_text())


def test_ip_port_and_log_file_of_a_local_server(run, tmp_path) -> None:
    port = free_port()
    run(local(ip="127.0.0.2", port=port, log_file=str(tmp_path / "log")), PRINTS)
    assert f"is available at http://127.0.0.2:{port}" in (tmp_path / "log").read_text()


def test_a_port_that_is_taken_fails_the_turn_in_the_servers_words(run) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(TurnError, match="no available port could be found"):
            run(local(port=taken.getsockname()[1]), PRINTS)


def test_token_of_a_local_server(run) -> None:
    port = free_port()
    asks = (
        f"urlopen(Request('http://127.0.0.1:{port}/api/kernelspecs', headers={{'Authorization': 'token '+t}})).status"
    )
    code = f"from urllib.request import Request, urlopen\nfor t in ('ours', 'theirs'): print({asks})"
    [output] = outputs(run(local(port=port, token="ours"), python(code)))
    assert output.startswith("exit 1: ")
    assert "Unauthorized" in output


def test_log_level_log_max_bytes_and_log_backup_count_of_a_local_server(run, tmp_path) -> None:
    run(local(log_file=str(tmp_path / "log"), log_level="DEBUG", log_max_bytes=1000, log_backup_count=2), PRINTS)
    assert sorted(path.name for path in tmp_path.glob("log*")) == ["log", "log.1", "log.2"]


def test_container_name_auto_remove_stop_container_docker_env_and_token_of_a_server(
    run, engine, name, jupyter_image
) -> None:
    server = {"type": "DockerJupyterServer", "custom_image_name": jupyter_image, "container_name": name}
    more = {"docker_env": {"COLOUR": "red"}, "token": "the-token", "auto_remove": False, "stop_container": False}
    run({**JUPYTER, "jupyter_server": {**server, **more}}, PRINTS)
    kept = engine.containers.get(name)
    assert kept.status == "running"
    assert {"COLOUR=red", "TOKEN=the-token"} <= set(kept.attrs["Config"]["Env"])
    assert kept.attrs["HostConfig"]["AutoRemove"] is False


def test_a_server_whose_container_ends_fails_the_turn_at_once(run, engine, jupyter_image) -> None:
    server = {"type": "DockerJupyterServer", "custom_image_name": jupyter_image}
    with pytest.raises(TurnError, match="the Jupyter server does not answer: it ended"):
        run({**JUPYTER, "jupyter_server": {**server, "docker_env": {"JUPYTER_RUNTIME_DIR": "/proc/none"}}}, PRINTS)


@pytest.mark.parametrize(
    ("image", "what"), [("no-such-image", "has no image `no-such-image`"), ("python:3-slim", "exposes no port 8888")]
)
def test_an_image_without_a_server_is_an_error_of_the_config(run, engine, image, what) -> None:
    server = {"type": "DockerJupyterServer", "custom_image_name": image}
    with pytest.raises(ConfigError, match=what):
        run({**JUPYTER, "jupyter_server": server})


def test_a_token_that_the_server_refuses_is_an_error_of_the_config(run, jupyter) -> None:
    with pytest.raises(ConfigError, match="refuses the token: .*Unauthorized") as refused:
        run({**JUPYTER, "jupyter_server": {**running(jupyter), "token": "another"}})
    assert refused.value.hint == "`token` has to be that of the server"


def test_a_server_that_does_not_run_is_an_error_of_the_config(run) -> None:
    server = {"type": "JupyterConnectionInfo", "host": "127.0.0.1", "port": free_port()}
    with pytest.raises(ConfigError, match="no Jupyter server answers: .*refused") as refused:
        run({**JUPYTER, "jupyter_server": server})
    assert "`host` and `port`" in refused.value.hint


def test_use_https_is_refused_as_ag2_cannot(jupyter) -> None:
    def options(use_https: bool) -> Ag2Options:
        server = {**running(jupyter), "use_https": use_https}
        return Ag2Options(code_execution_config={"executor": {**JUPYTER, "jupyter_server": server}})

    assert options(False).executor.jupyter_server.use_https is False
    with pytest.raises(ValidationError, match="AG2 opens the WebSocket of a kernel without TLS"):
        options(True)
