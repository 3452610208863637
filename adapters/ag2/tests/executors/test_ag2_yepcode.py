"""Code at YepCode, which a stand-in on loopback runs for real: each option, and what is said where it cannot work."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable
from typing import Any

import pytest
from ag2_places import options, outputs, python, take
from ag2_yepcode_stub import token
from massgen_hub.errors import ConfigError
from massgen_hub.testing import RecordingHost, draft, say
from massgen_hub_ag2 import Ag2Options

PRINTS = python("print('ran')")


@pytest.fixture
def run(yepcode, server) -> Callable[..., RecordingHost]:
    """`run(reply, ..., option=...)`: one turn with these replies, and what its host was told."""

    def run(*replies: Any, **options: Any) -> RecordingHost:
        server.script("m", [*replies, say("Done.")])
        there = {"type": "YepCodeCodeExecutor", "api_token": yepcode.token, "api_host": yepcode.address}
        [(_, host)] = asyncio.run(take(there | options, server.model("m"), [draft()]))
        return host

    return run


def test_javascript(run) -> None:
    if shutil.which("node") is None:
        pytest.skip("node is not installed")
    assert "2" in outputs(run(say("```javascript\nconsole.log(1 + 1)\n```")))[0]


@pytest.mark.parametrize("remove", [True, False])
def test_remove_on_done(run, yepcode, remove) -> None:
    before = len(yepcode.scripts)
    run(python(f"print('removed', {remove})"), remove_on_done=remove)
    assert len(yepcode.scripts) == before + (not remove)


def test_sync_execution_false_tells_the_number_of_the_execution(run, yepcode) -> None:
    [output] = outputs(run(PRINTS, sync_execution=False))
    assert output == f"exit 0: Execution started with ID: {len(yepcode.executions) - 1}"


def test_timeout_ends_what_runs_there(run, yepcode) -> None:
    [late] = outputs(run(python("while True: pass"), timeout=1))
    assert late.endswith("Timeout: stopped after 1 s\n")
    assert yepcode.executions[-1].status == "KILLED"


def test_token_and_host_may_come_from_the_environment_of_the_hub(yepcode, monkeypatch) -> None:
    monkeypatch.setenv("YEPCODE_API_TOKEN", yepcode.token)
    monkeypatch.setenv("YEPCODE_API_HOST", yepcode.address)
    chosen = Ag2Options(**options({"type": "YepCodeCodeExecutor"}))
    assert chosen.model_dump(exclude_unset=True)["code_execution_config"]["executor"] == {
        "type": "YepCodeCodeExecutor",
        "api_token": yepcode.token,
        "api_host": yepcode.address,
    }


def test_what_the_entry_says_wins_over_the_environment(monkeypatch) -> None:
    monkeypatch.setenv("YEPCODE_API_TOKEN", "theirs")
    assert Ag2Options(**options({"type": "YepCodeCodeExecutor", "api_token": "ours"})).executor.api_token == "ours"


def test_no_token_is_an_error_of_the_config(run, monkeypatch) -> None:
    monkeypatch.delenv("YEPCODE_API_TOKEN", raising=False)
    with pytest.raises(ConfigError, match="needs a token") as refused:
        run(api_token=None)
    assert "YEPCODE_API_TOKEN" in refused.value.hint


@pytest.mark.parametrize(
    ("wrong", "why"), [(token("wrong"), "status: 401"), ("sk-nonsense", "Invalid apiToken format")]
)
def test_a_wrong_token_is_an_error_of_the_config_that_does_not_show_it(run, wrong, why) -> None:
    with pytest.raises(ConfigError, match=why) as refused:
        run(api_token=wrong)
    assert wrong not in str(refused.value)


def test_a_host_that_does_not_answer_is_an_error_of_the_config(run) -> None:
    with pytest.raises(ConfigError, match="YepCode cannot be used: .*refused"):
        run(api_host="http://127.0.0.1:1")
