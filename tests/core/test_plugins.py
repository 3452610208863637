"""Plugins: found, loaded guarded, and never able to break the hub."""

import sys
import threading
from dataclasses import replace
from importlib.metadata import EntryPoint
from types import ModuleType

import pytest
from massgen_hub.consensus import BORDA, ROUNDS
from massgen_hub.contract import Adapter, ModelSource
from massgen_hub.errors import PluginError
from massgen_hub.events import Event
from massgen_hub.hookspecs import hookimpl
from massgen_hub.observers import Observers
from massgen_hub.options import Options
from massgen_hub.plugins import ALLOW_VARIABLE, Registry, installed


def adapter(name):
    return Adapter(name=name, summary="A test.", options=Options, open=lambda options, setup: None)


def points(monkeypatch, **sources):
    """Entry points to modules made of these sources."""
    made = []
    for name, source in sources.items():
        module = ModuleType(f"plugin_{name}")
        monkeypatch.setitem(sys.modules, module.__name__, module)
        if isinstance(source, str):
            monkeypatch.delitem(sys.modules, module.__name__)
            value = source
        else:
            vars(module).update(source)
            value = module.__name__
        made.append(EntryPoint(name=name, value=value, group="massgen_hub"))
    return made


def registry(monkeypatch, **sources):
    return Registry(points(monkeypatch, **sources))


def providing(*records, hook="register_adapters"):
    def provide():
        return records

    provide.__name__ = hook
    return {hook: hookimpl(provide)}


def row(found, name):
    return next(one for one in found.rows if one.name == name)


def test_a_plugin_adds_names(monkeypatch):
    found = registry(monkeypatch, echo=providing(adapter("echo")))
    assert set(found.adapters) == {"echo"}
    assert row(found, "echo").provides == {"register_adapters": ["echo"]}


@pytest.mark.parametrize(
    ("hook", "record", "names"),
    [
        ("register_adapters", adapter("mine"), "adapters"),
        ("register_rules", replace(BORDA, name="mine"), "rules"),
        ("register_protocols", replace(ROUNDS, name="mine"), "protocols"),
        ("register_models", ModelSource(name="mine", summary="A test."), "models"),
    ],
)
def test_each_providing_hook_adds_to_its_kind(monkeypatch, hook, record, names):
    assert getattr(registry(monkeypatch, mine=providing(record, hook=hook)), names) == {"mine": record}


def test_the_built_ins_are_a_plugin_like_any_other():
    found = Registry(point for point in installed() if point.name == "builtin")
    assert {"model", "scripted"} <= set(found.adapters)
    assert {"borda", "plurality"} <= set(found.rules)
    assert "rounds" in found.protocols
    assert "openai" in found.models


@hookimpl
async def _async_hook(run_id, event):
    return None


@hookimpl(wrapper=True)
def _wrapper():
    return (yield)


@hookimpl
def _misspelt():
    return ()


@hookimpl
def _too_many(run_id, event, mood):
    return None


@hookimpl
def _raises():
    raise ValueError("not today")


@hookimpl
def _exits():
    raise SystemExit(3)


BROKEN = {
    "a module that is not there": ("no_such_module_at_all", "No module named 'no_such_module_at_all'"),
    "a misspelt hook": ({"register_adaptors": _misspelt}, "`register_adaptors`, which is no hook"),
    "an async hook": ({"on_event": _async_hook}, "as `async def`; hooks are plain functions"),
    "a wrapper": ({"register_rules": _wrapper}, "plugins add, they do not rewrite"),
    "an unknown argument": ({"on_event": _too_many}, "mood"),
    "a hook that raises": ({"register_adapters": _raises}, "ValueError: not today"),
    "a hook that exits": ({"register_adapters": _exits}, "SystemExit: 3"),
    "records of another type": (providing("echo"), "gave a `str`, expected records of type `Adapter`"),
    "one name twice": (providing(adapter("x"), adapter("x")), "gave one name twice"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_plugin_is_one_row_and_the_others_work(monkeypatch, what):
    source, error = BROKEN[what]
    found = registry(monkeypatch, bad=source, good=providing(adapter("good")))
    assert error in row(found, "bad").error
    assert "\n" not in row(found, "bad").error
    assert set(found.adapters) == {"good"}


def test_a_plugin_that_fails_in_one_hook_provides_nothing_at_all(monkeypatch):
    half = {**providing(ModelSource(name="m", summary="."), hook="register_models"), "register_adapters": _raises}
    found = registry(monkeypatch, half=half)
    assert not found.models


def test_two_plugins_that_offer_one_name_both_lose_it_and_are_named(monkeypatch):
    found = registry(monkeypatch, one=providing(adapter("echo"), adapter("mine")), two=providing(adapter("echo")))
    assert set(found.adapters) == {"mine"}
    assert row(found, "one").error == row(found, "two").error
    assert "`echo` is offered by two plugins: `one` and `two`" in row(found, "one").error


def test_two_distributions_with_one_plugin_name_are_refused(monkeypatch):
    [first] = points(monkeypatch, echo=providing(adapter("echo")))
    second = EntryPoint(name="echo", value="somewhere_else", group="massgen_hub")
    found = Registry([first, second])
    assert "two plugins are called `echo`" in row(found, "echo").error
    assert not found.adapters


@pytest.mark.parametrize(("allowed", "loaded"), [("", {"builtin"}), ("gateway", {"builtin", "gateway"})])
def test_the_allow_list_says_which_plugins_may_load(monkeypatch, allowed, loaded):
    monkeypatch.setenv(ALLOW_VARIABLE, allowed)
    assert {point.name for point in installed()} == loaded


def test_insisting_on_a_plugin_that_is_broken_or_missing_is_an_error(monkeypatch):
    found = registry(monkeypatch, bad={"register_adapters": _raises})
    with pytest.raises(PluginError, match="the plugin `bad` is broken"):
        found.insist(["bad"])
    with pytest.raises(PluginError, match="`tui` is not installed"):
        found.insist(["tui"])


def event(seq=1):
    return Event(run="r", seq=seq, ts=0.0, type="note", data={})


def test_observers_see_every_event_in_order(monkeypatch):
    seen = []

    @hookimpl
    def on_event(event):
        seen.append(event.seq)

    found = registry(monkeypatch, watcher={"on_event": on_event})
    observers = Observers(found.observers)
    for seq in range(1, 6):
        observers(event(seq))
    observers.close()
    assert seen == [1, 2, 3, 4, 5]


def test_an_observer_that_raises_is_logged_once_and_does_not_stop_the_others(caplog):
    seen = []

    def fails(run_id, event):
        raise RuntimeError("boom")

    observers = Observers([("bad", fails), ("good", lambda run_id, event: seen.append(event.seq))])
    for seq in (1, 2):
        observers(event(seq))
    observers.close()
    assert seen == [1, 2]
    assert [record.getMessage() for record in caplog.records] == ["the observer `bad` failed: RuntimeError: boom"]


def test_a_slow_observer_loses_events_and_they_are_counted(monkeypatch):
    monkeypatch.setattr("massgen_hub.observers.LONGEST_QUEUE", 2)
    started, go_on = threading.Event(), threading.Event()

    def slow(run_id, event):
        started.set()
        go_on.wait(10)

    observers = Observers([("slow", slow)])
    observers(event())
    started.wait(10)
    for seq in range(5):
        observers(event(seq))
    assert observers.dropped == 3
    go_on.set()
    observers.close()
