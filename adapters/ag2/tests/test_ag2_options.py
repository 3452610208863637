"""What an agent's entry may say, and how it is told what it may not."""

from __future__ import annotations

from pathlib import Path

import pytest
from massgen_hub_ag2 import ADAPTER, Ag2Options
from pydantic import ValidationError

EXECUTORS = (
    "LocalCommandLineCodeExecutor",
    "DockerCommandLineCodeExecutor",
    "JupyterCodeExecutor",
    "YepCodeCodeExecutor",
)


def executor(kind: str, **more):
    return {"code_execution_config": {"executor": {"type": kind, **more}}}


@pytest.mark.parametrize("kind", EXECUTORS)
def test_the_executors_of_massgen_are_known(kind) -> None:
    assert Ag2Options(**executor(kind, timeout=30)).executor.timeout == 30


def test_an_unknown_executor_is_refused_and_the_known_ones_are_named() -> None:
    with pytest.raises(ValidationError) as refused:
        Ag2Options(**executor("Nope"))
    assert all(kind in str(refused.value) for kind in EXECUTORS)


def test_an_unknown_key_of_an_executor_is_refused() -> None:
    with pytest.raises(ValidationError, match="work_dri"):
        Ag2Options(**executor("LocalCommandLineCodeExecutor", work_dri="here"))


def test_a_relative_folder_belongs_to_the_current_directory() -> None:
    assert (
        Ag2Options(**executor("LocalCommandLineCodeExecutor", work_dir="here")).executor.work_dir == Path.cwd() / "here"
    )


def test_false_means_that_no_code_is_run() -> None:
    assert Ag2Options(code_execution_config=False).executor is None


def test_a_name_that_models_refuse_is_refused() -> None:
    with pytest.raises(ValidationError, match="name"):
        Ag2Options(name="My Coder")


@pytest.mark.parametrize("option", [{"description": "Codes."}, {"max_consecutive_auto_reply": 3}])
def test_1x_refuses_what_only_classic_agents_have(option) -> None:
    with pytest.raises(ValidationError, match="option of classic agents"):
        Ag2Options(kind="agent", **option)


def test_1x_runs_code_on_this_machine_only() -> None:
    with pytest.raises(ValidationError, match="LocalCommandLineCodeExecutor only"):
        Ag2Options(kind="agent", **executor("DockerCommandLineCodeExecutor"))


def test_classic_refuses_a_temperature_that_ag2_would_refuse() -> None:
    with pytest.raises(ValidationError, match="from 0 to 1"):
        Ag2Options(temperature=1.5)


def test_a_token_is_not_shown() -> None:
    assert "secret" not in repr(Ag2Options(**executor("YepCodeCodeExecutor", api_token="secret")))


def test_only_1x_without_code_stops_when_its_task_is_cancelled() -> None:
    local = executor("LocalCommandLineCodeExecutor")
    kinds = [{}, {"kind": "conversable"}, {"kind": "agent"}, {"kind": "agent", **local}]
    assert [ADAPTER.traits(Ag2Options(**kind)).cancel for kind in kinds] == ["kill", "kill", "task", "kill"]
