"""What all executors keep, each of them run for real."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from ag2_places import KINDS, entry, left_in, outputs, python, script, take
from massgen_hub.contract import Activity, Reply, Shown
from massgen_hub.testing import ModelServer, RecordingHost, draft, echo, say, vote

SECONDS = 2
"""For each piece of code."""
KEEP_FILES = ("local", "docker", "jupyter", "embedded")
REMEMBER = ("jupyter", "embedded", "jupyter in docker", "running jupyter")

COMPUTES = python("x = 1; print(6 * 7)")
FAILS = python("open('kept.txt', 'w').write('kept')\n1 / 0")
NEVER_ENDS = python("import time\ntime.sleep(1000)")
GOES_ON = python("print('x is', globals().get('x'))")


@dataclass(kw_only=True)
class Seen:
    """One turn of an agent that computes, fails, never ends and goes on, seen from all sides."""

    kind: str
    reply: Reply
    host: RecordingHost
    read: list[str]
    folder: Path
    printed: str

    @property
    def outputs(self) -> list[Activity]:
        """What the four pieces of code put out."""
        return [one for one in self.host.activities if one.kind == "output"]


@pytest.fixture(scope="module", params=KINDS)
def seen(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Seen:
    folder = tmp_path_factory.mktemp("turn")
    printed = tmp_path_factory.mktemp("printed") / "printed"
    executor = {**entry(request.param, request), "timeout": SECONDS}
    with ModelServer() as server:
        server.script("m", [COMPUTES, FAILS, NEVER_ENDS, GOES_ON, say("Done.")])
        with printing_to(printed):
            [(reply, host)] = asyncio.run(take(executor, server.model("m"), [draft(folder=str(folder))]))
        read = [str(request.body["messages"][-1]["content"]) for request in server.requests]
    return Seen(kind=request.param, reply=reply, host=host, read=read, folder=folder, printed=printed.read_text())


@contextmanager
def printing_to(path: Path) -> Iterator[None]:
    """Whatever this process and its children print goes to a file."""
    kept = os.dup(1), os.dup(2)
    with path.open("wb") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    try:
        yield
    finally:
        for number, copy in enumerate(kept, 1):
            os.dup2(copy, number)
            os.close(copy)


def test_the_output_of_its_code_is_read_by_the_agent(seen) -> None:
    assert seen.outputs[0].name == "exit 0"
    assert "42" in seen.outputs[0].text
    assert "42" in seen.read[1]


def test_code_and_output_are_pairs(seen) -> None:
    ids = [(one.kind, one.id) for one in seen.host.activities]
    assert ids == [(kind, f"code-{number}") for number in (1, 2, 3, 4) for kind in ("code", "output")]


def test_code_that_fails_is_shown_to_the_agent(seen) -> None:
    assert seen.outputs[1].name == "exit 1"
    assert "ZeroDivisionError" in seen.outputs[1].text
    assert "ZeroDivisionError" in seen.read[2]


def test_code_that_does_not_end_is_stopped_and_the_agent_told(seen) -> None:
    assert seen.outputs[2].name == "exit 124"
    assert "Timeout" in seen.outputs[2].text


def test_the_turn_goes_on_after_code_that_did_not_end(seen) -> None:
    assert seen.outputs[3].name == "exit 0"
    assert seen.reply.text == "Done."


def test_kernels_remember_within_a_turn_and_the_others_do_not(seen) -> None:
    assert ("x is 1" if seen.kind in REMEMBER else "x is None") in seen.outputs[3].text


def test_files_of_its_code_are_those_of_the_answer_and_scripts_are_not(seen) -> None:
    kept = ["kept.txt"] if seen.kind in KEEP_FILES else []
    assert [path.name for path in seen.folder.rglob("*")] == kept


def test_nothing_is_printed(seen) -> None:
    assert seen.printed == ""


def test_nothing_is_left_after_a_turn(seen, request) -> None:
    assert left_in(seen.folder) == []
    if "docker" in seen.kind:
        assert request.getfixturevalue("engine").containers.list(all=True, sparse=True) == []
    if seen.kind == "running jupyter":
        assert request.getfixturevalue("jupyter").get_client().list_kernels() == []
    assert [one.name for one in threading.enumerate() if one.name.startswith(("ag2", "kernel"))] == []


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "jupyter in docker"])
def test_turns_share_nothing_be_they_at_once_or_in_a_row(kind, request, server, tmp_path) -> None:
    marks = python("print('found' if 'mark' in globals() else 'nothing'); mark = 1")
    tasks = ("Task 1", "Task 2", "Task 3")
    server.script("m", script({task: [marks, say("Done.")] for task in tasks}))
    first, second, third = (draft(task, folder=str(tmp_path)) for task in tasks)
    taken = asyncio.run(take(entry(kind, request), server.model("m"), [first, second], [third]))
    assert ["nothing" in "".join(outputs(host)) for _, host in taken] == [True, True, True]


@pytest.mark.parametrize("way", ["repeats", "quotes"])
def test_a_peers_code_is_never_run(executor, server, way) -> None:
    peers = COMPUTES.text
    server.script("m", echo if way == "repeats" else lambda body: say(f"As A says:\n\n{peers}"))
    turn = draft()
    shown = replace(turn, prompt=f"{turn.prompt}\n~3fa0 A\n{peers}\n~3fa0", shown=(Shown(label="A", text=peers),))
    [(_, host)] = asyncio.run(take(executor, server.model("m"), [shown]))
    assert host.activities == []


def test_a_vote_runs_no_code(executor, server) -> None:
    server.script("m", [COMPUTES])
    [(reply, host)] = asyncio.run(take(executor, server.model("m"), [vote()]))
    assert reply.text == COMPUTES.text
    assert host.activities == []
