"""Resuming from Python, also with agents that are objects."""

import asyncio
from contextlib import asynccontextmanager

import pytest
from massgen_hub import Adapter, ConfigError, Hub, Options, Registry
from massgen_hub.errors import RecordError
from massgen_hub.plugins import installed
from massgen_hub.record import read_events

COUNCIL = {
    "consensus": {"refine": 0},
    "agents": [
        {"id": "ann", "type": "scripted", "answer": "x", "votes": ["x"]},
        {"id": "bob", "type": "scripted", "answer": "y", "votes": ["x"]},
        {"id": "cem", "type": "scripted", "answer": "z", "votes": ["x"]},
    ],
}


class Bard:
    """Somebody's agent."""

    def __init__(self, line):
        self.line = line


@pytest.fixture
def registry():
    """The built-ins, and an adapter whose agents are objects."""

    @asynccontextmanager
    async def open_bard(_options, setup):
        async def agent(turn, host):
            return setup.target.line if turn.kind == "draft" else f"VOTE: {turn.shown[0].label}"

        yield agent

    made = Registry(point for point in installed() if point.name == "builtin")
    accepts = (f"{Bard.__module__.partition('.')[0]}.Bard",)
    made.adapters["bard"] = Adapter(name="bard", summary="A test.", options=Options, open=open_bard, accepts=accepts)
    return made


def cut_off(hub, at):
    """Start a run and leave it at an event, as if its process had ended there."""

    async def leave():
        stream = hub.stream("?")
        async for event in stream:
            if event.type == at:
                break
        await stream.aclose()

    asyncio.run(leave())


def test_a_run_is_resumed_and_all_of_it_is_watched(tmp_path, registry):
    hub, seen = Hub(COUNCIL, runs=tmp_path, registry=registry, seed=5), []
    cut_off(hub, "replied")
    before = read_events(next(tmp_path.iterdir()))
    verdict = asyncio.run(Hub(COUNCIL, runs=tmp_path, registry=registry).resume("last", watch=seen.append))
    assert verdict.answer == "x"
    assert [event.seq for event in seen] == list(range(1, len(seen) + 1))
    assert seen[: len(before)] == before
    assert seen[-1].type == "ended"


def test_the_settings_of_the_record_hold_not_those_of_the_config(tmp_path, registry):
    cut_off(Hub(COUNCIL, runs=tmp_path, registry=registry), "replied")
    other = {**COUNCIL, "consensus": {"rule": "plurality", "refine": 1}}
    assert asyncio.run(Hub(other, runs=tmp_path, registry=registry).resume("last")).rule == "borda"


def test_agents_that_are_objects_are_resumed_in_code(tmp_path, registry):
    agents = [Bard("x"), Bard("y")]
    cut_off(Hub(agents=agents, runs=tmp_path, registry=registry), "turn_started")
    verdict = asyncio.run(Hub(agents=agents, runs=tmp_path, registry=registry).resume("last"))
    assert verdict.answer in ("x", "y")


def test_a_run_that_has_ended_is_not_resumed(tmp_path, registry):
    hub = Hub(COUNCIL, runs=tmp_path, registry=registry)
    run = asyncio.run(hub.run("?")).run
    with pytest.raises(RecordError, match=f"{run} has ended: decided"):
        asyncio.run(hub.resume(run))


def test_a_run_that_is_refused_can_be_resumed_afterwards(tmp_path, registry):
    cut_off(Hub(COUNCIL, runs=tmp_path, registry=registry), "replied")
    fewer = {**COUNCIL, "agents": COUNCIL["agents"][:2]}
    with pytest.raises(ConfigError, match=r"`cem` \(scripted\) is missing"):
        asyncio.run(Hub(fewer, runs=tmp_path, registry=registry).resume("last"))
    assert asyncio.run(Hub(COUNCIL, runs=tmp_path, registry=registry).resume("last")).decided


def test_one_hub_resumes_a_run_once_at_a_time(tmp_path, registry):
    cut_off(Hub(COUNCIL, runs=tmp_path, registry=registry), "replied")
    hub = Hub(COUNCIL, runs=tmp_path, registry=registry)

    async def twice():
        return await asyncio.gather(hub.resume("last"), hub.resume("last"), return_exceptions=True)

    verdict, refused = asyncio.run(twice())
    assert verdict.decided
    assert "going on already" in refused.message


def test_a_hub_that_keeps_no_records_resumes_none(registry):
    with pytest.raises(ConfigError, match="keeps no records"):
        asyncio.run(Hub(COUNCIL, runs=None, registry=registry).resume("last"))
