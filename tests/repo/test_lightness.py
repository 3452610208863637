"""What only lists, checks or explains imports no framework and loads no plugin that it does not need."""

import os
import subprocess
import sys

import pytest
from house import ROOT

FRAMEWORKS = (
    "autogen", "ag2", "langgraph", "langchain", "langchain_core", "smolagents", "openai", "starlette", "uvicorn",
    "agentscope", "agents", "mcp", "xllamacpp", "torch", "huggingface_hub",
)  # fmt: skip

PROBE = """
import sys
from massgen_hub.cli import main
sys.argv = ["massgen-hub", *{arguments!r}]
try:
    main()
except SystemExit as stop:
    assert not stop.code, stop.code
print("LOADED", *sorted({names!r} & sys.modules.keys()), file=sys.stderr)
"""


@pytest.fixture(autouse=True)
def no_environments(monkeypatch, tmp_path):
    """What a user has built is no matter of these tests."""
    monkeypatch.setenv("MASSGEN_HUB_CACHE", str(tmp_path))


def loaded(arguments, names):
    probe = PROBE.format(arguments=arguments, names=set(names))
    done = subprocess.run(
        [sys.executable, "-c", probe], capture_output=True, text=True, cwd=ROOT, env=os.environ, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stderr.rsplit("LOADED", 1)[1].split()


@pytest.mark.parametrize(
    "arguments",
    [["--help"], ["--version"], ["run", "--help"], ["plugins"], ["doctor"], ["check", "configs/quickstart.yaml"]],
)
def test_no_framework_is_imported_by(arguments):
    assert loaded(arguments, FRAMEWORKS) == []


@pytest.mark.parametrize("arguments", [["--help"], ["--version"]])
def test_the_first_screen_needs_neither_pydantic_nor_httpx_nor_plugins(arguments):
    assert loaded(arguments, ("pydantic", "httpx", "yaml", "pluggy", "massgen_hub.hub")) == []


@pytest.mark.parametrize(
    "arguments", [["check", "configs/scripted.yaml"], ["run", "-c", "configs/scripted.yaml", "Hi?"]]
)
def test_a_config_without_environments_needs_nothing_of_them(arguments, tmp_path):
    runs = ["--runs", str(tmp_path)] if arguments[0] == "run" else []
    assert loaded([*arguments, *runs], ("massgen_hub.environments", "massgen_hub.environments.uv")) == []


def test_listing_plugins_needs_no_http_client():
    assert loaded(["plugins"], ("httpx",)) == []


def test_the_package_itself_imports_nothing():
    probe = "import sys, massgen_hub; print(sorted(m for m in sys.modules if m.startswith('massgen_hub')))"
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "['massgen_hub']"
