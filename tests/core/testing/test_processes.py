"""What an agent does in a process of its own is seen from outside of it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from massgen_hub.testing import AdapterContract, spy
from massgen_hub.testing.stage import Workers
from mutants import IN_PROCESSES
from plain import PlainAgent, adapter

HERE = Path(__file__).parent
PLUGIN = """
from massgen_hub.hookspecs import hookimpl
from {module} import {name}
from plain import adapter


@hookimpl
def register_adapters():
    return [adapter({name})]
"""


@pytest.fixture
def installed(tmp_path, monkeypatch) -> Callable[[type[PlainAgent]], None]:
    """Installs the plain adapter where processes of agents find it, opening agents of a class."""
    about = tmp_path / "plain-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: plain\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text("[massgen_hub]\nplain = plain_plugin\n")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), str(HERE)]))

    def install(agent: type[PlainAgent]) -> None:
        plugin = PLUGIN.format(module=agent.__module__, name=agent.__name__)
        (tmp_path / "plain_plugin.py").write_text(plugin)

    return install


@pytest.mark.parametrize("promise", sorted(set(IN_PROCESSES.values())))
def test_the_good_adapter_keeps_the_promises_of_processes(promise, installed):
    installed(PlainAgent)
    assert broken(promise) == ""


@pytest.mark.parametrize(("mutant", "promise"), IN_PROCESSES.items(), ids=lambda value: getattr(value, "__name__", ""))
def test_a_mutant_in_a_process_breaks_the_promise_that_names_its_fault(mutant, promise, installed):
    installed(mutant)
    assert mutant.sign in broken(promise)


def broken(promise: str) -> str:
    """Why the installed adapter does not keep a promise; empty where it does."""
    contract = type("Contract", (AdapterContract,), {"adapter": adapter(), "__module__": __name__})()
    with Workers(contract.case) as worker:
        try:
            getattr(contract, promise)(worker)
        except AssertionError as failure:
            return str(failure)
    return ""


@pytest.mark.parametrize(
    ("code", "lines"),
    [
        ("open('{away}/a', 'w')", ["writes {away}/a"]),
        ("import os; os.close(os.open('{away}/a', os.O_CREAT | os.O_WRONLY))", ["writes {away}/a"]),
        ("import os; os.mkdir('{away}/a')", ["writes {away}/a"]),
        ("import sqlite3; sqlite3.connect('{away}/a'); sqlite3.connect(':memory:')", ["writes {away}/a"]),
        (
            "import pathlib; pathlib.Path('a').write_text('mine'); pathlib.Path('a').rename('{away}/b')",
            ["writes {away}/b"],
        ),
        ("import os; os.chdir('{away}'); open('a', 'w')", ["writes {away}/a"]),
        ("open('a', 'w'); open('/dev/null', 'w'); open('{away}/there').read()", []),
        ("import socket; socket.socket().connect_ex(('127.0.0.1', 1))", []),
        ("import sys; sys.audit('socket.connect', None, ('203.0.113.7', 443))", ["asks for 203.0.113.7"]),
        ("import sys; sys.audit('socket.getaddrinfo', b'telemetry.invalid', 443)", ["asks for telemetry.invalid"]),
    ],
)
def test_a_spy_tells_what_a_process_asks_for_and_what_it_writes_elsewhere(code, lines, tmp_path):
    folder, away = tmp_path / "test" / "spy", tmp_path / "away"
    for made in (folder, away):
        made.mkdir(parents=True)
    (away / "there").touch()
    (folder / "sitecustomize.py").write_bytes(Path(spy.__file__).read_bytes())
    command = [sys.executable, "-P", "-c", code.format(away=away)]
    home = {"PYTHONPATH": str(folder), "HOME": str(folder.parent), "TMPDIR": str(folder.parent)}
    subprocess.run(command, cwd=folder.parent, env=home, check=True)
    assert (folder / spy.DIARY).read_text().splitlines() == [line.format(away=away) for line in lines]
