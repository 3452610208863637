"""`massgen-hub conform`: an installed adapter, put to the test, and what is printed of it."""

import json
import os
import subprocess
import sys

import pytest
from killing import hub
from massgen_hub.testing.table import kinds, markdown, reasons, words

PLUGIN = '''
"""An adapter whose agents say one word."""
from contextlib import asynccontextmanager
from massgen_hub import Adapter, Options, hookimpl

@asynccontextmanager
async def opened(options, setup):
    async def agent(turn, host):
        return "Word."
    yield agent

@hookimpl
def register_adapters():
    return [Adapter(name="mumbler", summary="Says one word.", options=Options, open=opened)]
'''
REPORT = """<testsuites><testsuite>
<testcase classname="adapters.one.tests.test_one.TestPlain" name="test_it_prints_nothing" time="0.5"/>
<testcase classname="adapters.one.tests.test_one.TestPlain" name="test_a_ballot_reaches_the_hub[inline]" time="1"/>
<testcase classname="adapters.one.tests.test_one.TestPlain" name="test_a_ballot_reaches_the_hub[worker]" time="1">
  <failure message="no"/></testcase>
<testcase classname="adapters.one.tests.test_one.TestPlain" name="test_it_works_after_a_failure[inline]" time="1">
  <skipped type="pytest.xfail" message="it prints a banner"/></testcase>
<testcase classname="adapters.one.tests.test_one.TestPlain" name="test_it_leaves_retries[inline-429]" time="1">
  <skipped type="pytest.skip" message="it does not stream"/></testcase>
<testcase classname="adapters.one.tests.test_one.TestPlain" name="test_it_leaves_retries[worker-429]" time="1"/>
<testcase classname="adapters.two.tests.test_two.TestOther" name="test_it_prints_nothing" time="1"/>
<testcase classname="adapters.one.tests.test_more" name="test_something_else" time="1"/>
</testsuite></testsuites>"""


@pytest.fixture
def found(tmp_path):
    (tmp_path / "seen.xml").write_text(REPORT)
    return kinds(tmp_path / "seen.xml", ["adapters", "one"])


def test_a_report_is_read_by_kind_promise_and_way(found):
    assert list(found) == ["TestPlain"]
    plain = found["TestPlain"]
    assert (plain.name, plain.seconds) == ("Plain", 5.5)
    assert plain.promises["test_a_ballot_reaches_the_hub"].outcomes == {"inline": "kept", "worker": "broken"}
    assert {promise: seen.outcome for promise, seen in plain.promises.items()} == {
        "test_it_prints_nothing": "kept",
        "test_a_ballot_reaches_the_hub": "broken",
        "test_it_works_after_a_failure": "excused",
        "test_it_leaves_retries": "kept",
    }


def test_a_promise_kept_in_one_way_only_says_why_it_is_not_made_in_the_other(found):
    assert reasons(found, "excused") == ["it prints a banner: it works after a failure (Plain)"]
    assert reasons(found, "not made") == ["it does not stream: it leaves retries (Plain)"]


def test_promises_read_as_sentences():
    assert words("test_the_words_of_the_model_s_server_are_kept") == "the words of the model's server are kept"


def test_a_table_is_markdown():
    assert markdown(["a", "b"], [["1", "2"]]) == "| a | b |\n| --- | --- |\n| 1 | 2 |\n"


@pytest.fixture
def installed(tmp_path):
    """A folder in which a plugin is installed, and the environment that finds it."""
    (tmp_path / "massgen_hub_mumbler.py").write_text(PLUGIN)
    about = tmp_path / "massgen_hub_mumbler-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: massgen-hub-mumbler\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text("[massgen_hub]\nmumbler = massgen_hub_mumbler\n")
    return {**os.environ, "PYTHONPATH": str(tmp_path), "MASSGEN_HUB_PLUGINS": "mumbler,gateway", "NO_COLOR": "1"}


def conform(name, environment, *arguments):
    return subprocess.run(
        [sys.executable, "-m", "massgen_hub", "conform", name, *arguments],
        capture_output=True, text=True, env=environment, timeout=300,
    )  # fmt: skip


@pytest.mark.slow
def test_an_adapter_without_contract_classes_is_tried_with_its_default_options(installed):
    done = conform("mumbler", installed, "--json")
    assert done.returncode == 2
    promises = json.loads(done.stdout)["kinds"]["Default"]["promises"]
    assert promises["test_its_summary_is_one_line"] == {"": "kept"}
    assert promises["test_a_ballot_reaches_the_hub"] == {"inline": "broken", "worker": "broken"}
    assert promises["test_every_option_is_named_in_a_test"] == {"": "not made"}
    assert "FAILED" in done.stderr


def test_an_adapter_that_nobody_brings_is_a_clear_error(installed):
    done = conform("mumblr", installed)
    assert (done.returncode, done.stdout) == (2, "")
    assert "no plugin here brings the adapter `mumblr`" in done.stderr
    assert "mumbler" in done.stderr


def test_an_adapter_that_lives_elsewhere_is_told_where_it_can_be_tried(tmp_path):
    done = hub("conform", "crewai", folder=tmp_path)
    assert done.returncode == 2
    assert "the adapter `crewai` is not installed beside the hub" in done.stderr
    assert (
        'hint: uv run --with massgen-hub-crewai --with "massgen-hub[testing]" massgen-hub conform crewai' in done.stderr
    )
