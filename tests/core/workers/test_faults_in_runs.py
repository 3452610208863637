"""Whole runs with one broken agent in a worker: the others decide, the verdict says who is absent and why, and nothing
is left. Each agent of the other kind is inline."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from living import until
from massgen_hub import Hub, Registry
from massgen_hub.errors import NoWorker
from massgen_hub.plugins import installed
from massgen_hub.runner.flight import LEFT_OUT
from massgen_hub.worker import Limits, open_in_worker

MB = 10**6
OTHERS = [
    {"id": "ann", "type": "scripted", "answer": "x", "votes": ["x"]},
    {"id": "cem", "type": "scripted", "answer": "y", "votes": ["x"]},
]
IMPOSTOR = """#!{python}
import json, sys, time

def send(**message):
    print(json.dumps(message), flush=True)

{first}
send(type="ready", version={version})
sys.stdin.readline()
{second}
send(type="opened", distribution="d", version="1", traits={{"cancel": "task"}})
number = json.loads(sys.stdin.readline())["id"]
{third}
time.sleep(60)
"""


def left(folder):
    """The processes beside this one that were told of this folder, in which workers have their homes."""
    found = set()
    for path in Path("/proc").glob("[0-9]*"):
        try:
            if str(folder).encode() in (path / "environ").read_bytes():
                found.add(int(path.name))
        except OSError:
            continue
    return found - {os.getpid()}


@pytest.fixture
def hub(site, tmp_path, monkeypatch):
    """Makes a hub of `bad`, an agent in a worker, and others; what is left beside the entry is for its worker."""
    monkeypatch.syspath_prepend(site)
    monkeypatch.setenv("PYTHONPATH", str(site))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr("massgen_hub.runner.runner.BACKOFF_SECONDS", 0.0)

    def make(*, entry=None, others=OTHERS, **worker):
        monkeypatch.setattr("massgen_hub.opening.open_in_worker", lambda *a, **k: open_in_worker(*a, **{**k, **worker}))
        bad = {"id": "bad", "type": "tiny", "environment": "worker", "timeout": 20, **(entry or {})}
        registry = Registry(point for point in installed() if point.name in ("builtin", "tiny"))
        return Hub({"agents": [bad, *others]}, runs=None, seed=1, registry=registry)

    return make


@pytest.fixture
def play(hub, tmp_path):
    """A run of a task with a broken agent: its verdict, and the events."""

    def once(task, **options):
        told = []
        verdict = asyncio.run(hub(**options).run(task, watch=told.append))
        assert left(tmp_path) == set()
        return verdict, told

    return once


@pytest.fixture
def impostor(executable):
    """A program that is taken for a worker, and does what it is told here before it is ready, open, and in a turn."""

    def make(first="", second="", third="", version=1):
        text = IMPOSTOR.format(python=sys.executable, first=first, second=second, third=third, version=version)
        return executable(text)

    return make


HASTE = {"entry": {"timeout": 1.0}}
FAULTS = {
    "is killed": ("dies", {}, "worker_died: the agent's worker was killed by SIGKILL"),
    "exits": ("exits 0", {}, "worker_died: the agent's worker ended with exit code 0; the last it printed:"),
    "crashes": ("aborts 9", {}, "worker_died: the agent's worker was killed by SIGABRT; the last it printed:"),
    "is stopped": (
        "stops",
        {"limits": Limits(silence=0.5)},
        "worker_died: the agent's worker gave no sign of life for 0.5 s",
    ),
    "is stopped until its time is up": ("stops", HASTE, "timeout: no reply within 1 s"),
    "leaks": (
        "leaks 200",
        {"memory": 150 * MB, "limits": Limits(weigh=0.05)},
        "worker_died: the agent's worker used more than its 150 MB of memory (it had ",
    ),
    "blocks its loop": ("sleeps", HASTE, "timeout: no reply within 1 s"),
    "blocks a thread": ("blocks", HASTE, "timeout: no reply within 1 s"),
    "holds Python": ("holds_python", HASTE, "timeout: no reply within 1 s"),
    "hides a child": ("detaches bare waits", HASTE, "timeout: no reply within 1 s"),
    "raises": ("raises nonsense", {}, "error: ValueError: nonsense"),
    "exits in Python": ("leaves", {}, "error: SystemExit: 4"),
    "says nothing": ("returns_none", {}, "error: TypeError: the agent returned None"),
    "says too much": ("is_long 2000000", {}, "too_large: a reply of 1.9 million characters"),
    "says more than fits": ("is_long 17000000", {}, "error: 17,0"),
}


@pytest.mark.parametrize("what", FAULTS)
def test_the_others_decide_when_an_agent(what, play):
    task, options, why = FAULTS[what]
    verdict, _ = play(task, **options)
    assert [(one.agent, one.how) for one in verdict.absent] == [("bad", "failed")]
    assert verdict.absent[0].why.startswith(why)
    assert (verdict.decided, verdict.answer, verdict.turnout.counted, verdict.exit_code) == (True, "x", 2, 0)


@pytest.mark.parametrize(
    ("breach", "why"),
    [
        ("print('Loading model...', flush=True)", "sent what the hub cannot use: this is no JSON: 'Loading model...'"),
        ("print('x' * (17 << 20), flush=True)", "sent a line of more than 16,777,216 bytes"),
        ("send(type='replied', id=number, reply='me')", "sent what the hub cannot use: expected the fields"),
        ("sys.stdout.close(); import os; os.close(1)", "closed its output"),
    ],
    ids=["garbage", "a long line", "no reply", "silence"],
)
def test_the_others_decide_when_a_worker_breaks_the_rules_with(breach, why, play, impostor):
    verdict, _ = play("?", python=impostor(third=breach))
    assert [(one.agent, one.how) for one in verdict.absent] == [("bad", "failed")]
    assert verdict.absent[0].why.startswith(f"worker_died: the agent's worker {why}")
    assert (verdict.decided, verdict.answer, verdict.exit_code) == (True, "x", 0)


def test_arguments_that_are_nested_too_deeply_fail_their_agent_and_not_the_run(play, impostor):
    deep = """print('{"type":"replied","id":1,"reply":{"data":' + '[' * 900 + ']' * 900 + '}}', flush=True)"""
    verdict, _ = play("?", python=impostor(third=deep))
    assert verdict.absent[0].why == "error: the agent returned native arguments that are nested too deeply"
    assert (verdict.decided, verdict.answer) == (True, "x")


def test_an_agent_that_reports_without_end_fills_no_record(play):
    _, told = play("reports_without_end 10000", entry={"greeting": "x"})
    first = [event for event in told if event.data.get("agent") == "bad" and event.data.get("round") == 1]
    reports = [event.data for event in first if event.type in ("delta", "note", "usage")]
    assert 3 * 2**20 < sum(len(report.get("text", "")) for report in reports) < 4 * 2**20
    assert len(reports) < 10_000
    assert [report["text"] for report in reports if "the rest is left out" in report.get("text", "")] == [LEFT_OUT]
    usage = [event.data for event in first if event.type == "usage"]
    assert {(one["input"], one["cost"], one["calls"]) for one in usage} == {(None, None, None)}
    assert [one["output"] for one in usage] == list(range(len(usage)))


@pytest.mark.parametrize("what", ["prints", "forks"])
def test_nothing_that_an_agent_forges_is_counted(what, play, tmp_path):
    verdict, told = play(f"{what} {tmp_path / 'copy'}")
    assert "forged" not in str(told)
    assert [event.data["text"] for event in told if event.type == "replied" and event.data["agent"] == "bad"] == [
        {"prints": "clean", "forks": "mine"}[what]
    ] * 3  # a draft, a ballot that is none, and another one
    assert [(one.agent, one.how) for one in verdict.absent] == [("bad", "invalid")]


def test_an_agent_that_reads_what_is_typed_reads_nothing(play):
    _, told = play("reads")
    assert next(e.data["text"] for e in told if e.type == "replied" and e.data["agent"] == "bad") == "'' b''"


@pytest.mark.parametrize(
    ("does", "says"),
    [
        ({"first": "time.sleep(60)"}, "the agent was not open after 0.5 s"),
        ({"second": "time.sleep(60)"}, "the agent was not open after 0.5 s"),
        ({"first": "sys.exit(3)"}, "the agent's worker ended with exit code 3"),
        ({"version": 2}, "the worker speaks version 2 of its protocol"),
        (
            {"second": "send(type='opened', distribution='d', version='1', traits={}, versions=5)"},
            "the agent's worker sent what the hub cannot use: expected a `Mapping`, got 5",
        ),
    ],
    ids=["is never ready", "never opens", "ends at once", "speaks another version", "opens nonsense"],
)
def test_the_others_decide_when_a_worker(does, says, hub, tmp_path, impostor):
    verdict = asyncio.run(hub(python=impostor(**does), limits=Limits(start=0.5)).run("?"))
    assert [(one.agent, one.how) for one in verdict.absent] == [("bad", "failed")]
    assert verdict.absent[0].why.startswith(f"error: {says}")
    assert (verdict.decided, verdict.answer, verdict.exit_code) == (True, "x", 0)
    assert left(tmp_path) == set()


def test_a_run_does_not_begin_when_no_worker_comes_up(hub, tmp_path, impostor):
    with pytest.raises(NoWorker, match="ended with exit code 3"):
        asyncio.run(hub(python=impostor(first="sys.exit(3)"), others=[]).run("?"))
    assert left(tmp_path) == set()


def test_two_workers_that_die_at_once_both_come_back(play, tmp_path):
    other = {"id": "dan", "type": "tiny", "environment": "worker", "greeting": "same"}
    agents = [other, {"id": "ann", "type": "scripted", "answer": "another"}]
    verdict, told = play(f"dies_once {tmp_path / 'died'}", entry={"greeting": "same"}, others=agents)
    failed = [(event.data["agent"], event.data["why"], event.data["final"]) for event in told if event.type == "failed"]
    assert sorted(failed) == [("bad", "worker_died", False), ("dan", "worker_died", False)]
    assert (verdict.answer, verdict.by, verdict.authors) == ("same", "gate", ("bad", "dan"))


def test_a_failure_is_recorded_as_it_is_inline(play):
    def failed(environment):
        _, told = play("raises nonsense", entry={"environment": environment})
        return next({**event.data, "seconds": 0} for event in told if event.type == "failed")

    there = failed("worker")
    assert there == failed("inline")
    assert there["traceback"].endswith("ValueError: nonsense")


HUB = """
import asyncio, sys
from massgen_hub import Hub, Registry
from massgen_hub.plugins import installed

registry = Registry(point for point in installed() if point.name in ("builtin", "tiny"))
agents = [{"id": name, "type": "tiny", "environment": "worker"} for name in ("ann", "bob", "cem")]
hub = Hub({"agents": agents}, runs=sys.argv[1], registry=registry)
asyncio.run(hub.run(sys.argv[2], watch=lambda event: print(event.type, flush=True)))
"""


@pytest.mark.parametrize("task", ["has_a_child", "detaches waits"])
def test_nothing_is_left_of_a_run_whose_hub_is_killed(site, tmp_path, task):
    environment = {**os.environ, "PYTHONPATH": str(site), "TMPDIR": str(tmp_path)}
    command = [sys.executable, "-c", HUB, str(tmp_path / "runs"), task]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as hub:
        while hub.stdout.readline() != "turn_started\n":
            pass
        asyncio.run(until(lambda: len(left(tmp_path)) >= 1 + 3 + 3))  # the hub, its workers, their children
        hub.send_signal(signal.SIGKILL)
    asyncio.run(until(lambda: left(tmp_path) == set()))
    assert list(tmp_path.glob("massgen-hub-worker-*")) == []
