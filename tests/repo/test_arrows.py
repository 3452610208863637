"""Import arrows never turn round: contract <- consensus, dialogue <- runner <- edges."""

import pytest
from house import CORE, imports, standard_imports

MAY_IMPORT = {
    "contract": set(),
    "errors": set(),
    "events": set(),
    "folders": {"errors"},
    "codec": set(),
    "kit": {"contract", "errors", "hints", "targets", "kit"},
    "consensus": {"contract", "errors", "consensus"},
    "dialogue": {"contract", "errors", "consensus", "dialogue"},
    "runner": {"contract", "errors", "codec", "kit", "consensus", "dialogue", "runner"},
    "record": {"contract", "errors", "events", "codec", "consensus", "record"},
    "problems": set(),
    "worker": {
        "contract",
        "errors",
        "folders",
        "hints",
        "hookspecs",
        "loopback",
        "kit",
        "codec",
        "plugins",
        "problems",
        "targets",
        "worker",
    },
    "environments": {"codec", "config", "errors", "folders", "worker", "environments"},
    "hookspecs": {"contract", "consensus", "events"},
    "view": {"contract", "events", "consensus", "record", "view"},
}


def sources(room):
    folder = CORE / room
    return sorted(folder.rglob("*.py")) if folder.is_dir() else [CORE / f"{room}.py"]


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_a_room_looks_only_where_it_may(room):
    for path in sources(room):
        rooms = {name.partition(".")[0] for name in imports(path)}
        assert rooms <= MAY_IMPORT[room], path.name


@pytest.mark.parametrize("path", sources("consensus"), ids=lambda path: path.stem)
def test_the_consensus_is_pure(path):
    impure = {"asyncio", "time", "datetime", "random", "secrets", "os", "io", "pathlib", "threading", "logging", "uuid"}
    assert not standard_imports(path) & impure
    assert "await " not in path.read_text()


@pytest.mark.parametrize("room", ["contract", "errors", "events", "kit", "codec"])
def test_what_a_worker_imports_first_is_the_standard_library(room):
    third_parties = {"pydantic", "pluggy", "yaml", "typer", "rich", "httpx"}
    for path in sources(room):
        assert not standard_imports(path) & third_parties


def test_no_framework_is_named_in_the_core():
    frameworks = {
        "ag2",
        "agents",
        "agentscope",
        "autogen",
        "langgraph",
        "langchain",
        "smolagents",
        "openai",
        "starlette",
        "uvicorn",
        "xllamacpp",
    }
    for path in CORE.rglob("*.py"):
        assert not standard_imports(path) & frameworks, path
