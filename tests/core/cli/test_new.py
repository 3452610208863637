"""`massgen-hub new adapter`: what it makes works as it is, apart from this repository."""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib

import pytest
from killing import ROOT, hub

UV = os.environ.get("UV") or shutil.which("uv")


def listed(folder):
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_a_whole_distribution_is_made_and_listed(tmp_path):
    done = hub("new", "adapter", "open-ai", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    made = listed(tmp_path)
    assert made == {
        f"massgen-hub-open-ai/{name}"
        for name in (
            "pyproject.toml", "README.md", ".gitignore", ".github/workflows/test.yml",
            "src/massgen_hub_open_ai/__init__.py", "src/massgen_hub_open_ai/framework.py",
            "src/massgen_hub_open_ai/conformance.py",
            "tests/conftest.py", "tests/test_open_ai_contract.py", "tests/test_open_ai_options.py",
        )
    }  # fmt: skip
    assert made <= set(done.stdout.splitlines())


def test_it_says_what_to_do_next_and_that_the_licence_is_the_authors(tmp_path):
    said = hub("new", "adapter", "open-ai", "--into", "my work", folder=tmp_path).stdout
    steps = [line.strip() for line in said.splitlines() if line.startswith("    ")]
    assert steps == [
        "pip install -e './my work/massgen-hub-open-ai[test]'",
        "pytest 'my work/massgen-hub-open-ai'",
        "massgen-hub conform open-ai",
    ]
    assert "LICENSE" in said


def test_into_names_the_folder_that_it_is_made_in(tmp_path):
    hub("new", "adapter", "mine", "--into", tmp_path / "deep" / "er", folder=tmp_path)
    assert [path.name for path in (tmp_path / "deep" / "er").iterdir()] == ["massgen-hub-mine"]


def test_entry_point_module_and_distribution_share_the_name(tmp_path):
    hub("new", "adapter", "open-ai", folder=tmp_path)
    described = tomllib.loads((tmp_path / "massgen-hub-open-ai" / "pyproject.toml").read_text())["project"]
    assert described["name"] == "massgen-hub-open-ai"
    assert described["entry-points"]["massgen_hub"] == {"open-ai": "massgen_hub_open_ai"}


def test_it_asks_for_at_least_this_version_of_the_hub(tmp_path):
    hub("new", "adapter", "mine", folder=tmp_path)
    described = tomllib.loads((tmp_path / "massgen-hub-mine" / "pyproject.toml").read_text())["project"]
    version = tomllib.loads((ROOT / "core" / "pyproject.toml").read_text())["project"]["version"]
    assert f"massgen-hub>={version}" in described["dependencies"]
    assert f"massgen-hub[testing]>={version}" in described["optional-dependencies"]["test"]


@pytest.mark.parametrize("name", ["Mine", "my_own", "2nd", "", "mine-", "a--b", "../mine", "näh"])
def test_a_name_that_is_no_lower_case_word_is_refused(tmp_path, name):
    done = hub("new", "adapter", name, folder=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"error: `{name}` is no name of an adapter\n\nhint: small letters")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["langgraph", "model", "gateway"])
def test_a_name_that_is_installed_is_refused(tmp_path, name):
    done = hub("new", "adapter", name, folder=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"there is a plugin `{name}` already" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_exists_is_left_alone(tmp_path):
    (tmp_path / "massgen-hub-mine").mkdir()
    (tmp_path / "massgen-hub-mine" / "kept.txt").write_text("kept")
    done = hub("new", "adapter", "mine", folder=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "massgen-hub-mine exists already" in done.stderr
    assert listed(tmp_path) == {"massgen-hub-mine/kept.txt"}


def test_a_place_that_cannot_be_written_to_is_a_clear_error(tmp_path):
    (tmp_path / "file").write_text("")
    done = hub("new", "adapter", "mine", "--into", tmp_path / "file", folder=tmp_path)
    assert done.returncode == 2
    assert "Not a directory" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("name", ["x", "open-ai", "a-name-that-is-rather-long-for-one"])
def test_it_is_clean_and_formatted_by_the_defaults_of_ruff(tmp_path, name):
    hub("new", "adapter", name, folder=tmp_path)
    for command in (["check"], ["format", "--check"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *command, "--isolated", "--no-cache", "."],
            capture_output=True, text=True, cwd=tmp_path / f"massgen-hub-{name}", timeout=60,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout


CONFIG = """
models: {ours: {model: m, base_url: "http://127.0.0.1:9/v1"}}
agents:
  - {id: ada, type: open-parrot, model: ours, system_message: Be brief.}
  - {id: bob, type: scripted, answer: Paris}
"""


class Apart:
    """A fresh environment in a folder of its own, with nothing of this repository in sight."""

    def __init__(self, folder):
        self.folder, self.bin = folder, folder / "venv" / "bin"

    def run(self, *command):
        hidden = ("PYTHONPATH", "VIRTUAL_ENV", "UV_PROJECT")
        environment = {name: value for name, value in os.environ.items() if not name.startswith(hidden)}
        return subprocess.run(
            [*map(str, command)], capture_output=True, text=True, cwd=self.folder, timeout=300,
            env={**environment, "NO_COLOR": "1", "MASSGEN_HUB_CACHE": str(self.folder / "cache")},
        )  # fmt: skip

    def do(self, *command):
        done = self.run(*command)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def apart(tmp_path_factory):
    """Wheels of the hub in an environment that made an adapter with them, and installed it."""
    folder = tmp_path_factory.mktemp("apart")
    for member in ("core", "plugins/gateway"):
        build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder / "dist"]
        subprocess.run(build, cwd=ROOT / member, check=True, capture_output=True, timeout=60)
    place, wheels = Apart(folder), sorted((folder / "dist").glob("*.whl"))
    place.do(UV, "venv", "--python", sys.executable, "venv")
    install = (UV, "pip", "install", "--python", place.bin / "python")
    place.do(*install, *wheels)
    place.do(place.bin / "massgen-hub", "new", "adapter", "open-parrot")
    place.do(*install, *wheels, "-e", "./massgen-hub-open-parrot[test]")
    (folder / "council.yaml").write_text(CONFIG)
    return place


@pytest.mark.slow
def test_it_keeps_the_contract_where_it_is_installed(apart):
    told = apart.do(apart.bin / "python", "-m", "pytest", "-q", "-p", "no:cacheprovider", "massgen-hub-open-parrot")
    assert re.search(r"^\d+ passed in", told, re.MULTILINE), told


@pytest.mark.slow
def test_it_conforms_where_it_is_installed(apart):
    told = json.loads(apart.do(apart.bin / "massgen-hub", "conform", "open-parrot", "--json"))
    assert set(told["kinds"]) == {"OpenParrotFromOptions", "OpenParrotOfOnesOwn"}
    for kind in told["kinds"].values():
        assert kind["promises"]["test_a_ballot_reaches_the_hub"] == {"inline": "kept", "worker": "kept"}
        assert not [name for name, seen in kind["promises"].items() if "broken" in seen.values()]


@pytest.mark.slow
def test_it_is_listed_where_it_is_installed(apart):
    rows = json.loads(apart.do(apart.bin / "massgen-hub", "plugins", "--json"))
    [row] = [row for row in rows if row["name"] == "open-parrot"]
    assert (row["distribution"], row["error"]) == ("massgen-hub-open-parrot", "")
    assert row["provides"] == {"register_adapters": ["open-parrot"]}


@pytest.mark.slow
def test_a_config_that_uses_it_is_checked(apart):
    told = apart.do(apart.bin / "massgen-hub", "check", "council.yaml")
    assert "ada (open-parrot)" in told


@pytest.mark.slow
def test_the_doctor_finds_what_it_was_tested_with(apart):
    told = json.loads(apart.do(apart.bin / "massgen-hub", "doctor", "--json"))
    [examined] = [one for one in told["adapters"] if one["name"] == "open-parrot"]
    assert [one["distribution"] for one in examined["frameworks"]] == ["httpx"]
    assert told["ok"] is True


@pytest.mark.slow
def test_it_cannot_be_made_again_once_it_is_installed(apart):
    done = apart.run(apart.bin / "massgen-hub", "new", "adapter", "open-parrot", "--into", "elsewhere")
    assert done.returncode == 2
    assert "there is a plugin `open-parrot` already" in done.stderr
