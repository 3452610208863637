"""`massgen-hub doctor`, in an environment with plugins of its own beside those of this repository."""

import json
import sys
from importlib.metadata import version

import pytest
from killing import hub
from massgen_hub.diagnosis import generation, release

PLUGIN = """
from contextlib import asynccontextmanager
from massgen_hub import Adapter, Options, Tested, hookimpl

@asynccontextmanager
async def open_one(options, setup):
    yield None

@hookimpl
def register_adapters():
    tested = (Tested(distribution={distribution!r}, oldest={oldest!r}, newest={newest!r}),)
    return [Adapter(name="lab", summary="A test.", options=Options, open=open_one, tested=tested)]
"""


@pytest.fixture
def site(tmp_path):
    """A folder of installed distributions."""
    return tmp_path / "site"


def install(site, name, code):
    """Put a plugin there, with the metadata that an installer writes."""
    info = site / f"massgen_hub_{name}-0.3.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: massgen-hub-{name}\nVersion: 0.3\n")
    (info / "entry_points.txt").write_text(f"[massgen_hub]\n{name} = massgen_hub_{name}\n")
    (site / f"massgen_hub_{name}.py").write_text(code)


def adapter(distribution="pluggy", oldest="0.1", newest="9999"):
    """A plugin of an adapter `lab` that was tested with these versions."""
    return PLUGIN.format(distribution=distribution, oldest=oldest, newest=newest)


def doctor(site, *arguments, **environment):
    return hub("doctor", *arguments, folder=site, PYTHONPATH=str(site), MASSGEN_HUB_CACHE=str(site), **environment)


def line(done, distribution):
    [found] = [line for line in done.stdout.splitlines() if line.split()[:1] == [distribution]]
    return found.strip().split(maxsplit=1)[1]


def test_a_version_within_the_tested_range_is_ok(site):
    install(site, "lab", adapter())
    done = doctor(site)
    assert line(done, "pluggy").split() == [version("pluggy"), "0.1", "to", "9999", "ok"]
    assert (done.returncode, done.stderr) == (0, "")


def test_the_plugin_the_hub_python_and_the_platform_are_named(site):
    install(site, "lab", adapter())
    done = doctor(site)
    assert done.stdout.startswith(f"massgen-hub {version('massgen-hub')}, Python 3.")
    assert line(done, "lab").split() == ["massgen-hub-lab", "0.3", "beside", "the", "hub"]


def test_a_newer_version_than_was_tested_is_a_note(site):
    install(site, "lab", adapter(newest="0.9"))
    done = doctor(site)
    assert line(done, "pluggy").endswith("newer than tested")
    assert done.returncode == 0


def test_an_older_version_than_was_tested_is_told_with_what_to_do(site):
    install(site, "lab", adapter(oldest="999.1"))
    done = doctor(site)
    assert line(done, "pluggy").endswith("older than tested")
    assert 'lab: pip install -U "pluggy>=999.1"' in done.stdout.splitlines()
    assert done.returncode == 2


def test_a_missing_framework_is_told_with_what_to_do(site):
    install(site, "lab", adapter("no-such-framework", oldest="1.4", newest="2.0"))
    done = doctor(site)
    assert line(done, "no-such-framework").split() == ["1.4", "to", "2.0", "missing"]
    assert 'lab: pip install "no-such-framework>=1.4"' in done.stdout.splitlines()
    assert done.returncode == 2


def test_a_broken_plugin_is_told_with_its_error(site):
    install(site, "torn", "raise RuntimeError('half of it is missing')")
    done = doctor(site)
    assert line(done, "torn").split() == ["massgen-hub-torn", "0.3", "broken", "plugin"]
    assert "torn: RuntimeError: half of it is missing" in done.stdout.splitlines()
    assert (done.returncode, done.stderr) == (2, "")


def test_two_plugins_of_one_adapter_are_both_broken(site):
    install(site, "lab", adapter())
    install(site, "copy", adapter())
    done = doctor(site)
    assert {line(done, name).endswith("  broken plugin") for name in ("lab", "copy")} == {True}


def test_json_is_one_object_with_every_adapter(site):
    install(site, "lab", adapter())
    done = doctor(site, "--json")
    told = json.loads(done.stdout)
    assert told["ok"] is True
    assert (told["hub"], told["python"].split(".")[0]) == (version("massgen-hub"), "3")
    assert {"lab", "ag2", "langgraph", "smolagents", "model"} <= {one["name"] for one in told["adapters"]}
    [lab] = [one for one in told["adapters"] if one["name"] == "lab"]
    frameworks = lab.pop("frameworks")
    assert lab == {
        "name": "lab",
        "distribution": "massgen-hub-lab",
        "version": "0.3",
        "status": "ok",
        "error": "",
        "environment": "beside the hub",
        "python": sys.executable,
        "start": None,
        "refusal": "",
    }
    assert frameworks[0] == {
        "distribution": "pluggy",
        "installed": version("pluggy"),
        "generation": "",
        "oldest": "0.1",
        "newest": "9999",
        "status": "ok",
        "fix": "",
    }


def test_the_generation_of_what_everybody_stands_on_is_told(site):
    install(site, "lab", adapter())
    told = json.loads(doctor(site, "--json").stdout)
    [lab] = [one for one in told["adapters"] if one["name"] == "lab"]
    generations = {one["distribution"]: one["generation"] for one in lab["frameworks"]}
    assert generations["openai"] == f"openai {version('openai').split('.')[0]}"
    assert generations["mcp"] == f"mcp {version('mcp').split('.')[0]}"


@pytest.mark.parametrize(
    ("distribution", "installed", "called"),
    [
        ("ag2", "1.2.1", "AG2 1.x"),
        ("ag2", "0.9.10", "AG2 classic"),
        ("autogen", "0.14.1", "AG2 classic"),
        ("agentscope", "1.0.21", "AgentScope 1"),
        ("openai", None, ""),
        ("langgraph", "1.2", ""),
    ],
)
def test_a_generation_is_read_from_a_version(distribution, installed, called):
    assert generation(distribution, installed) == called


def test_a_worker_is_started_and_timed_where_that_is_asked_for(site):
    install(site, "lab", adapter())
    told = json.loads(doctor(site, "--start", "--json", MASSGEN_HUB_PLUGINS="lab").stdout)
    [lab] = [one for one in told["adapters"] if one["name"] == "lab"]
    assert lab["start"] > 0
    assert "refusal" in lab


def test_an_adapter_that_does_not_start_is_told_with_the_reason(site):
    install(site, "lab", adapter().replace("yield None", "raise RuntimeError('no such luck')\n    yield"))
    done = doctor(site, "--start", MASSGEN_HUB_PLUGINS="lab")
    assert "lab does not start: adapter `lab` cannot open the agent: RuntimeError: no such luck" in done.stdout


def test_json_tells_of_an_installation_that_has_to_be_mended(site):
    install(site, "lab", adapter("no-such-framework", "1.4", "2.0"))
    done = doctor(site, "--json")
    told = json.loads(done.stdout)
    [lab] = [one for one in told["adapters"] if one["name"] == "lab"]
    assert (done.returncode, told["ok"], lab["status"]) == (2, False, "missing")
    assert lab["frameworks"][0]["fix"] == 'pip install "no-such-framework>=1.4"'


@pytest.mark.parametrize(
    ("older", "newer"), [("1.9", "1.10"), ("1.2", "1.2.1"), ("1.2.9", "2"), ("0.9", "1.0rc1"), ("2024.1", "2026.10")]
)
def test_versions_are_compared_by_their_numbers(older, newer):
    assert release(older) < release(newer)


@pytest.mark.parametrize("same", ["1.2", "1.2.0", "1.2rc1", "1.2.post1", "1.2+cpu", "v1.2", "1!1.2"])
def test_what_is_no_number_of_the_release_makes_no_difference(same):
    assert release(same) == (1, 2)
