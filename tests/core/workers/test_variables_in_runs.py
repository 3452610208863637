"""What of the hub's environment an agent in a worker sees."""

import asyncio

import pytest
from massgen_hub import Hub, Registry
from massgen_hub.config.schema import MADE_FOR_WORKERS
from massgen_hub.plugins import installed
from massgen_hub.worker.launch import Launch

KEY, OTHER = "SEARCH_API_KEY", "OTHER_API_KEY"


@pytest.fixture
def told(site, monkeypatch, tmp_path):
    """All events of a run of one agent whose reply holds its environment, and the bytes of the record."""
    monkeypatch.syspath_prepend(site)
    monkeypatch.setenv("PYTHONPATH", str(site))
    monkeypatch.setenv(OTHER, "sesame-other")
    (tmp_path / ".env").write_text(f"{KEY}=sesame-search\n")

    def once(keys):
        config = tmp_path / "council.yaml"
        config.write_text(f"agents: [{{id: a, type: tiny{keys}}}]")
        registry = Registry(point for point in installed() if point.name in ("builtin", "tiny"))
        events = []
        asyncio.run(Hub(config, runs=tmp_path / "runs", registry=registry).run("tells_its_keys", watch=events.append))
        return events, b"".join(path.read_bytes() for path in (tmp_path / "runs").rglob("*.jsonl"))

    return once


def replies(events):
    return [event.data["text"] for event in events if event.type == "replied"]


def test_an_agent_is_given_the_variables_that_its_entry_names_and_no_other_key(told):
    events, record = told(f", pass_env: [{KEY}]")
    assert replies(events) == [f"{KEY} is [secret]"]
    assert b"sesame" not in record


def test_what_is_made_for_each_worker_cannot_be_given_to_one(tmp_path):
    (tmp_path / "environment" / "bin").mkdir(parents=True)
    (tmp_path / "environment" / "pyvenv.cfg").touch()
    launch = {"home": tmp_path, "log": tmp_path / "log", "modules": (tmp_path,)}
    python = tmp_path / "environment" / "bin" / "python"
    given = dict.fromkeys(MADE_FOR_WORKERS, "given")
    found = Launch(python=python, variables=given, **launch).environment()
    assert [name for name, value in found.items() if value == "given"] == []


def test_without_that_it_sees_no_key(told):
    events, _ = told(", environment: worker")
    assert replies(events) == ["no keys"]
