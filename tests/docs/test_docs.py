"""The documentation is true: its code runs, its commands exist, its adapter is a whole one."""

import ast
import json
import os
import re
import subprocess
import sys
import zipfile
from importlib.metadata import entry_points
from pathlib import Path

import pytest
from massgen_hub.testing import ModelServer, say

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
BLOCK = re.compile(r"```(\w+)\n(.*?)```", re.DOTALL)


def blocks(path, language):
    return [code for found, code in BLOCK.findall(path.read_text()) if found == language]


def hub(*arguments, folder, site=None):
    """Run the command line in a folder, with a folder of extra distributions."""
    environment = {**os.environ, "NO_COLOR": "1"} | ({"PYTHONPATH": str(site)} if site else {})
    return subprocess.run(
        [sys.executable, "-m", "massgen_hub", *arguments],
        capture_output=True, text=True, cwd=folder, env=environment, timeout=120,
    )  # fmt: skip


@pytest.fixture(scope="module")
def parrot(tmp_path_factory):
    """The adapter of the page, built as a distribution of its own and installed outside the repository."""
    folder = tmp_path_factory.mktemp("parrot")
    page = DOCS / "write-an-adapter.md"
    [described] = blocks(page, "toml")
    code = next(code for code in blocks(page, "python") if "register_adapters" in code)
    (folder / "pyproject.toml").write_text(described)
    (folder / "massgen_hub_parrot.py").write_text(code)
    (folder / "council.yaml").write_text(next(iter(blocks(page, "yaml"))))
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel"], cwd=folder, check=True, timeout=60)
    [wheel] = (folder / "dist").glob("*.whl")
    zipfile.ZipFile(wheel).extractall(folder / "site")
    return folder


def test_the_adapter_of_the_docs_is_shorter_than_forty_lines():
    code = next(code for code in blocks(DOCS / "write-an-adapter.md", "python") if "register_adapters" in code)
    lines = [line for line in code.splitlines() if line.strip()]
    assert len(lines) < 40


def test_the_adapter_of_the_docs_is_listed(parrot):
    done = hub("plugins", folder=parrot, site=parrot / "site")
    assert re.search(r"parrot\s+massgen-hub-parrot\s+0\.1\.0\s+adapters: parrot", done.stdout)


def test_the_adapter_of_the_docs_answers_and_votes(parrot):
    done = hub("run", "-c", "council.yaml", "--json", "Capital of France?", folder=parrot, site=parrot / "site")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert {turn["framework"] for turn in told["turns"]} == {"parrot", "scripted"}
    assert {ballot["voter"] for ballot in told["ballots"]} >= {"polly", "rio"}


def test_a_typo_in_its_options_is_pointed_at(parrot):
    (parrot / "typo.yaml").write_text("agents:\n  - {id: polly, type: parrot, louder: true}\n")
    done = hub("check", "typo.yaml", folder=parrot, site=parrot / "site")
    assert done.returncode == 2
    assert "typo.yaml:2:31: agents[0].louder: unknown key" in done.stderr
    assert "loud" in done.stderr.rsplit("hint:", 1)[1]


def test_the_adapter_of_the_docs_keeps_the_contract(parrot):
    """All but what a framework with a model behind it promises: this one has no model."""
    code = next(code for code in blocks(DOCS / "write-an-adapter.md", "python") if "AdapterContract" in code)
    (parrot / "test_parrot.py").write_text(code)
    promises = "its_name or summary or by_its_name or leave_the_keys or imports_no"
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", promises, "test_parrot.py"],
        capture_output=True, text=True, cwd=parrot, env={**os.environ, "PYTHONPATH": str(parrot / "site")}, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    assert re.search(r"\d+ passed", done.stdout)


def test_the_example_of_the_python_api_runs(tmp_path):
    code = blocks(DOCS / "python-api.md", "python")[0]
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, timeout=120)
    assert done.returncode == 0, done.stderr
    first, *others = done.stdout.splitlines()
    assert first == "Paris! majority gate"  # the seed draws which of the two texts speaks for both
    assert {line.split()[1] for line in others} == {"answer"}


def test_the_example_with_ones_own_agents_runs(tmp_path, monkeypatch):
    code = blocks(DOCS / "python-api.md", "python")[1].replace("gpt-5-mini", "scripted")
    monkeypatch.chdir(tmp_path)
    namespace = {}
    exec(compile(code, "python-api.md", "exec"), namespace)
    with ModelServer() as server:
        server.script("scripted", lambda body: say("Paris"))
        verdict = namespace["ask"](server.base_url)
    assert verdict.answer == "Paris"


@pytest.mark.parametrize("page", sorted(DOCS.glob("*.md")), ids=lambda page: page.stem)
def test_the_python_of_a_page_is_python_and_its_links_lead_somewhere(page):
    for code in blocks(page, "python"):
        ast.parse(code)
    for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
        assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", [ROOT / "README.md", *sorted(DOCS.glob("*.md"))], ids=lambda page: page.stem)
def test_the_verbs_that_a_page_names_exist(page):
    from massgen_hub.cli.app import COMMANDS, app

    verbs = {command.name or command.callback.__name__ for command in app.registered_commands}
    verbs |= {group.name for group in app.registered_groups} | {point.name for point in entry_points(group=COMMANDS)}
    verbs |= {group.name for group in app.registered_groups}
    named = set(re.findall(r"massgen-hub (?!-)([a-z]+)", page.read_text()))
    assert named <= verbs | {"alone", "run"}
