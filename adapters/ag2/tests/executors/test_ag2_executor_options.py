"""What the YAML may say of executors, in MassGen's form, too."""

from __future__ import annotations

from importlib.util import find_spec

import pytest
from massgen_hub.config import from_mapping
from massgen_hub.errors import ConfigError
from massgen_hub.plugins import Registry
from massgen_hub.testing import draft, say
from massgen_hub_ag2 import Ag2Options, executors
from pydantic import ValidationError

SERVERS = (
    {"type": "LocalJupyterServer", "port": 9000, "log_level": "DEBUG"},
    {"type": "DockerJupyterServer", "custom_image_name": "mine"},
    {"type": "JupyterConnectionInfo", "host": "127.0.0.1", "use_https": False, "port": 9000, "token": "ours"},
)
EXECUTORS = (
    {"type": "LocalCommandLineCodeExecutor", "timeout": 60, "work_dir": "./code_execution_workspace"},
    {"type": "DockerCommandLineCodeExecutor", "timeout": 120, "image": "python:3.11-slim"},
    {"type": "JupyterCodeExecutor", "timeout": 90},
    *({"type": "JupyterCodeExecutor", "jupyter_server": server} for server in SERVERS),
    {"type": "EmbeddedIPythonCodeExecutor", "kernel_name": "python3"},
    {"type": "YepCodeCodeExecutor", "api_token": "ours", "remove_on_done": True},
)
PACKAGES = {
    "DockerCommandLineCodeExecutor": ("docker", "docker"),
    "JupyterCodeExecutor": ("kernel_gateway", "jupyter"),
    "EmbeddedIPythonCodeExecutor": ("kernel_gateway", "jupyter"),
    "YepCodeCodeExecutor": ("yepcode_run", "yepcode"),
}


@pytest.mark.parametrize("executor", EXECUTORS, ids=lambda one: one["type"])
def test_massgens_entries_load(executor, monkeypatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "none")
    config = {"name": "Coder", "llm_config": {"model": "gpt-4o"}, "code_execution_config": {"executor": executor}}
    entry = {"id": "coder", "backend": {"type": "ag2", "agent_config": config}}
    agent = from_mapping({"agents": [entry]}, Registry()).agents[0]
    assert agent.options.executor.type == executor["type"]


def test_an_unknown_server_is_refused_and_the_known_ones_are_named() -> None:
    executor = {"type": "JupyterCodeExecutor", "jupyter_server": {"type": "Nope"}}
    with pytest.raises(ValidationError) as refused:
        Ag2Options(code_execution_config={"executor": executor})
    assert all(server["type"] in str(refused.value) for server in SERVERS)


def test_tokens_are_not_shown() -> None:
    for executor in EXECUTORS:
        assert "ours" not in repr(Ag2Options(code_execution_config={"executor": executor}))


@pytest.mark.parametrize("kind", PACKAGES)
def test_a_package_that_is_missing_is_named_before_the_first_turn(take, kind, monkeypatch) -> None:
    package, extra = PACKAGES[kind]
    monkeypatch.setattr(executors, "find_spec", lambda name: None if name == package else find_spec(name))
    with pytest.raises(ConfigError, match=f"{kind} needs the package `{package}`") as refused:
        take(draft(), {"code_execution_config": {"executor": {"type": kind}}}, [say("never asked")])
    assert refused.value.hint == f'pip install "massgen-hub-ag2[{extra}]"'
