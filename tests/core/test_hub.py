"""The Python API."""

import asyncio
import sys
import threading
from dataclasses import replace

import pytest
from massgen_hub import Adapter, ConfigError, Hub, Options, Registry, Traits
from massgen_hub.contract import Message, Model, ModelSource, Task, Usage
from massgen_hub.plugins import installed

COUNCIL = {
    "agents": [
        {"id": "ann", "type": "scripted", "answer": "x", "votes": ["x"]},
        {"id": "bob", "type": "scripted", "answer": "y", "votes": ["x"]},
        {"id": "cem", "type": "scripted", "answer": "z", "votes": ["x"]},
    ]
}


@pytest.fixture
def core():
    """A registry of the built-ins alone."""
    return Registry(point for point in installed() if point.name == "builtin")


def test_a_mapping_is_run_to_a_verdict(core):
    verdict = asyncio.run(Hub(COUNCIL, runs=None, registry=core).run("?"))
    assert (verdict.answer, verdict.decided, verdict.authors) == ("x", True, ("ann",))


def test_a_hub_runs_many_tasks_also_at_once_and_from_several_loops(core):
    hub = Hub(COUNCIL, runs=None, registry=core)

    async def several():
        return await asyncio.gather(*(hub.run(f"task {n}") for n in range(5)))

    assert {verdict.answer for verdict in asyncio.run(several())} == {"x"}
    assert asyncio.run(hub.run("again")).answer == "x"


def test_events_can_be_streamed_and_the_last_one_is_the_verdict(core):
    async def collect():
        return [event async for event in Hub(COUNCIL, runs=None, registry=core).stream("?")]

    events = asyncio.run(collect())
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert (events[0].type, events[-1].type) == ("run_started", "ended")
    assert events[-1].data["verdict"]["answer"] == "x"
    assert "".join(e.data["text"] for e in events if e.type == "delta" and e.data["agent"] == "ann").startswith("x")


def test_leaving_a_stream_early_stops_the_run(core):
    slow = {"agents": [{"type": "scripted", "seconds": 600}, {"type": "scripted", "seconds": 600}]}

    async def leave():
        stream = Hub(slow, runs=None, registry=core).stream("?")
        async for event in stream:
            if event.type == "turn_started":
                break
        await stream.aclose()
        return len(asyncio.all_tasks())

    assert asyncio.run(leave()) == 1


def test_the_order_of_registration_changes_neither_what_is_shown_nor_who_wins(core):
    def shown(agents):
        told = []
        hub = Hub({**COUNCIL, "agents": agents}, runs=None, registry=core, seed=5)
        verdict = asyncio.run(hub.run("?", watch=told.append))
        turns = {(e.data["agent"], e.data["round"]): e.data["shown"] for e in told if e.type == "turn_started"}
        return verdict.answer, turns

    tied = [{"id": name, "type": "scripted", "answer": name, "votes": [name]} for name in ("ann", "bob", "cem")]
    assert shown(tied) == shown(tied[::-1])


def test_a_hub_can_be_stopped_and_gives_its_best_answer(core):
    slow = {"agents": [{"type": "scripted", "answer": "quick"}, {"type": "scripted", "seconds": 600}]}

    async def stop():
        hub = Hub(slow, runs=None, registry=core)
        return await hub.run("?", watch=lambda event: hub.stop() if event.type == "replied" else None)

    verdict = asyncio.run(stop())
    assert (verdict.answer, verdict.stopped, verdict.exit_code) == ("quick", "interrupted", 130)


def test_a_run_is_recorded_where_it_is_told(core, tmp_path):
    asyncio.run(Hub(COUNCIL, runs=tmp_path / "kept", registry=core).run("?"))
    assert len(list((tmp_path / "kept").glob("*/events.jsonl"))) == 1


class Sage:
    """An object of a framework that nobody knows."""


def sage_adapter(**traits):
    from contextlib import asynccontextmanager

    @asynccontextmanager
    async def open_sage(_options, setup):
        async def agent(turn, host):
            return f"{type(setup.target).__name__} in {threading.current_thread().name}"

        yield agent

    name = f"{Sage.__module__.partition('.')[0]}.Sage"
    return Adapter(
        name="sage",
        summary="A test.",
        options=Options,
        open=open_sage,
        traits=lambda _: Traits(**traits),
        accepts=(name,),
    )


def with_adapter(core, adapter):
    core.adapters[adapter.name] = adapter
    return core


def test_existing_objects_are_agents(core):
    verdict = asyncio.run(Hub(agents=[Sage()], runs=None, registry=with_adapter(core, sage_adapter())).run("?"))
    assert verdict.answer == "Sage in MainThread"


def test_agents_that_need_one_loop_share_a_permanent_one(core):
    hub = Hub(agents=[Sage()], runs=None, registry=with_adapter(core, sage_adapter(loop="one")))
    answers = [asyncio.run(hub.run("?")).answer for _ in range(2)]
    assert answers == ["Sage in massgen-hub background"] * 2


@pytest.mark.parametrize("loop", ["any", "one"])
def test_an_agent_is_closed_in_the_task_that_opened_it(core, loop):
    from contextlib import asynccontextmanager

    tasks = []

    @asynccontextmanager
    async def open_sage(_options, _setup):
        async def agent(turn, host):
            return "x"

        tasks.append(asyncio.current_task())
        yield agent
        tasks.append(asyncio.current_task())

    registry = with_adapter(core, replace(sage_adapter(loop=loop), open=open_sage))
    asyncio.run(Hub(agents=[Sage()], runs=None, registry=registry).run("?"))
    assert tasks[0] is tasks[1]


def test_what_users_made_is_imported_before_any_agent_is_opened(core, tmp_path, monkeypatch):
    from contextlib import asynccontextmanager

    seen = []

    @asynccontextmanager
    async def open_sage(_options, setup):
        async def agent(turn, host):
            return "x"

        seen.append("made_by_a_user" in sys.modules)
        yield agent

    (tmp_path / "made_by_a_user.py").write_text("sage = object()")
    monkeypatch.syspath_prepend(tmp_path)
    adapter = replace(
        sage_adapter(), open=open_sage, before_import=lambda: seen.append("made_by_a_user" in sys.modules)
    )
    config = {"agents": [{"id": "a", "type": "sage"}, {"id": "b", "type": "sage", "agent": "made_by_a_user:sage"}]}
    asyncio.run(Hub(config, runs=None, registry=with_adapter(core, adapter)).run("?"))
    assert seen == [False, True, True]


class Opening:
    """An adapter's `open` that hangs, fails, or fails when it is left; it counts what it was asked to do."""

    def __init__(self, *, hangs=False, fails_when_left=False):
        self.hangs, self.fails_when_left = hangs, fails_when_left
        self.entering = asyncio.Event()

    def __call__(self, _options, _setup):
        return self

    async def __aenter__(self):
        self.entering.set()
        if self.hangs:
            await asyncio.Event().wait()

        async def agent(turn, host):
            return "x"

        return agent

    async def __aexit__(self, *raised):
        if self.fails_when_left:
            raise RuntimeError("it will not close")


def test_a_run_can_be_cancelled_while_an_agent_hangs_in_its_opening(core):
    async def cancelled():
        opening = Opening(hangs=True)
        registry = with_adapter(core, replace(sage_adapter(), open=opening))
        run = asyncio.create_task(Hub(agents=[Sage()], runs=None, registry=registry).run("?"))
        await opening.entering.wait()
        run.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(run, 5)
        return len(asyncio.all_tasks())

    assert asyncio.run(cancelled()) == 1


def test_an_agent_that_cannot_be_opened_is_told_though_another_one_hangs(core):
    async def opened():
        registry = with_adapter(core, replace(sage_adapter(), open=Opening(hangs=True)))
        config = {"agents": [Sage(), {"id": "bad", "type": "model"}]}
        await asyncio.wait_for(Hub(config, runs=None, registry=registry).run("?"), 5)

    with pytest.raises(ConfigError, match="`bad` has no model"):
        asyncio.run(opened())


def test_an_agent_that_fails_to_close_is_a_warning_and_the_verdict_stands(core, caplog):
    registry = with_adapter(core, replace(sage_adapter(), open=Opening(fails_when_left=True)))
    assert asyncio.run(Hub(agents=[Sage()], runs=None, registry=registry).run("?")).answer == "x"
    [record] = caplog.records
    assert record.getMessage() == "the agent `sage` did not close: RuntimeError: it will not close"


@pytest.mark.parametrize(("cancel", "left"), [("kill", ("sage",)), ("task", ())])
def test_the_verdict_names_who_was_left_behind(core, cancel, left):
    from contextlib import asynccontextmanager

    @asynccontextmanager
    async def open_slow(_options, _setup):
        async def agent(turn, host):
            await asyncio.Event().wait()

        yield agent

    slow = with_adapter(core, replace(sage_adapter(cancel=cancel), open=open_slow))
    hub = Hub({"timeout": 0.05}, agents=[Sage()], runs=None, registry=slow)
    verdict = asyncio.run(hub.run("?"))
    assert (verdict.stopped, verdict.left_behind) == ("deadline", left)


def test_an_object_that_no_adapter_knows_is_a_clear_error(core):
    with pytest.raises(ConfigError, match="object"):
        Hub(agents=[object()], runs=None, registry=core)


def test_a_session_is_shown_to_the_agents(core):
    seen = []
    registry = core

    async def run():
        task = Task(text="And Italy?", history=(Message(role="user", text="France?"),))
        hub = Hub(COUNCIL, runs=None, registry=registry)
        return await hub.run(task, watch=lambda event: seen.append(event.data))

    asyncio.run(run())
    assert seen[0]["task"] == "And Italy?"


def test_a_source_of_models_is_open_for_as_long_as_a_run_and_what_it_meters_is_recorded(core):
    from contextlib import asynccontextmanager

    opened = []

    @asynccontextmanager
    async def connect(models, meter):
        opened.append("open")
        yield {agent: Model(name=model.name, base_url="http://127.0.0.1:9", key="k") for agent, model in models.items()}
        meter("ann", Usage(input=1))
        opened.append("closed")

    core.models["toy"] = ModelSource(name="toy", summary="A test.", connect=connect)
    config = {"agents": [{"id": "ann", "type": "model", "model": "toy/m"}]}
    verdict = asyncio.run(Hub(config, runs=None, registry=core).run("?"))
    assert opened == ["open", "closed"]
    assert verdict.exit_code == 5  # nobody listens at that address


def test_a_gateway_that_is_not_installed_is_a_clear_error(core, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "test-key-0000")
    config = {"gateway": True, "agents": [{"type": "model", "model": "openai/gpt-5"}]}
    with pytest.raises(Exception, match="needs a plugin"):
        asyncio.run(Hub(config, runs=None, registry=core).run("?"))
