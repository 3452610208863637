"""What stands in the way of an agent that is to live in a worker."""

import asyncio
import sys
from importlib.metadata import version

import pytest
from massgen_hub.contract import Setup
from massgen_hub.errors import ConfigError, HubError, PluginError
from massgen_hub.testing import RecordingHost, draft
from massgen_hub.worker import Limits


@pytest.fixture
def refused(opened):
    """The error of an agent that cannot be opened."""

    def once(adapter="tiny", **options):
        async def opens():
            async with opened(adapter, **options):
                pass

        with pytest.raises(HubError) as caught:
            asyncio.run(opens())
        return caught.value

    return once


def test_an_error_of_the_adapter_arrives_with_its_class_and_hint(refused):
    error = refused(fails="config")
    assert (type(error), error.message, error.hint) == (ConfigError, "no such model", "take another")


def test_an_adapter_that_falls_over_says_what_it_printed(refused):
    error = refused(fails="broken pipe dream")
    assert isinstance(error, PluginError)
    assert error.message.startswith("adapter `tiny` cannot open the agent: RuntimeError: broken pipe dream; ")
    assert "  about to fail\n" in error.message
    assert "raise RuntimeError(options.fails)" in error.message


def test_an_adapter_may_be_brought_by_a_plugin_of_another_name(opened):
    async def opens():
        async with opened("tinier") as agent:
            return agent.about

    about = asyncio.run(opens())
    assert (about.distribution, about.version) == ("massgen-hub-tiny", "1.2.3")


def test_an_agent_says_what_it_runs_on_also_when_its_process_has_ended(opened):
    async def opens():
        async with opened() as agent:
            pass
        return agent.about.versions

    versions = asyncio.run(opens())
    assert versions.pop("python") == sys.version.partition(" ")[0]
    names = ["massgen-hub", "massgen-hub-tiny", "pluggy", "openai", "mcp"]  # but not `no-such-framework`
    assert versions == {name: "1.2.3" if name == "massgen-hub-tiny" else version(name) for name in names}


def test_an_adapter_that_nobody_brings_is_an_error_with_a_suggestion(refused):
    error = refused("tinny")
    assert isinstance(error, PluginError)
    assert error.message == "no plugin here brings the adapter `tinny`"
    assert error.hint == "did you mean `tiny`?"


@pytest.mark.parametrize(("adapter", "distribution"), [("tiny", "massgen-hub-tiny"), ("scripted", "massgen-hub")])
def test_only_the_plugin_that_is_needed_is_imported(opened, plugin, tmp_path, adapter, distribution):
    folder = plugin("other", "print('imported')")

    async def opens():
        async with opened(adapter, paths=[folder], log=tmp_path / "a.log") as agent:
            return agent.about.distribution

    assert asyncio.run(opens()) == distribution
    assert "imported" not in (tmp_path / "a.log").read_text()


def test_a_worker_imports_nothing_that_only_the_hub_needs(opened, new_host):
    async def turns():
        async with opened() as agent:
            modules = "massgen_hub.consensus massgen_hub.hub httpx rich typer yaml massgen_hub.contract"
            return (await agent(draft(f"has_imported {modules}"), new_host())).text

    assert asyncio.run(turns()) == "massgen_hub.contract"


def test_a_plugin_that_cannot_be_imported_is_an_error(refused, plugin):
    error = refused("broken", paths=[plugin("broken", "import no_such_framework")])
    assert isinstance(error, PluginError)
    assert "the plugin `broken` is broken: ModuleNotFoundError: No module named 'no_such_framework'" in error.message


def test_an_unknown_option_is_an_error(refused):
    error = refused(greting="hi")
    assert isinstance(error, ConfigError)
    assert error.message == "options of adapter `tiny`: greting: Extra inputs are not permitted"


def test_a_target_that_does_not_exist_is_an_error(refused, tmp_path):
    (tmp_path / "mine.py").write_text("agent = 1")
    error = refused(target="mine:agnt", paths=[tmp_path])
    assert isinstance(error, ConfigError)
    assert error.hint == "did you mean `agent`?"


def test_an_adapter_says_what_to_do_about_a_module_for_another_generation_of_its_framework(refused, tmp_path):
    (tmp_path / "early.py").write_text("from no_such_framework import Agent")
    error = refused(target="early:agent", paths=[tmp_path])
    assert (error.message.partition(" (")[0], error.hint) == (
        "`early:agent` needs the module `no_such_framework`",
        "take a tiny one",
    )


def test_an_adapter_may_prepare_the_import_of_a_target(opened, tmp_path):
    (tmp_path / "prepared.py").write_text("import massgen_hub_tiny as tiny\nagent = [*tiny.READY, 'imported']")

    async def opens():
        async with opened(target="prepared:agent", paths=[tmp_path]) as agent:
            return await agent(draft("describes"), RecordingHost())

    assert asyncio.run(opens()).data["target"] == "['before', 'imported']"


def test_a_target_that_needs_a_key_of_the_hub_says_that_workers_see_none(refused, tmp_path, monkeypatch):
    monkeypatch.setenv("SOME_API_KEY", "sk-secret")
    (tmp_path / "keyed.py").write_text("import os\nagent = os.environ['SOME_API_KEY']")
    error = refused(target="keyed:agent", paths=[tmp_path])
    assert "`keyed` fails while it is imported" in error.message
    assert "name it in the agent's entry, `pass_env: [SOME_API_KEY]`" in error.hint
    assert "sk-secret" not in str(error)


def test_an_interpreter_that_does_not_exist_is_an_error(refused, tmp_path):
    error = refused(python=str(tmp_path / "python"))
    assert isinstance(error, ConfigError)
    assert error.message == f"a worker cannot be started: No such file or directory: {tmp_path / 'python'}"


def test_an_interpreter_without_the_hub_is_an_error(refused, executable):
    python = executable(f"#!/bin/sh\nexec {sys.executable} -I -S -m massgen_hub.worker\n")
    error = refused(python=python)
    assert isinstance(error, PluginError)
    assert "the agent's worker ended with exit code 1; the last it printed:" in error.message
    assert "No module named 'massgen_hub'" in error.message
    assert error.hint == f"can `{python}` import massgen_hub?"


def test_an_agent_that_takes_too_long_to_open_is_an_error(refused, tmp_path):
    (tmp_path / "slow.py").write_text("print('waiting for nothing')\nimport time\ntime.sleep(60)")
    error = refused(target="slow:agent", paths=[tmp_path], limits=Limits(start=1.5))
    assert isinstance(error, PluginError)
    assert error.message == "the agent was not open after 1.5 s; the last it printed:\n  waiting for nothing"


def test_the_target_of_the_setup_stays_in_the_hub(opened):
    async def opens():
        async with opened(setup=Setup(agent="a", seed=1, target=object())) as agent:
            return (await agent.open()).ready.pid

    assert asyncio.run(opens()) > 0
