"""One name for one thing: folder, distribution, module, entry point, adapter, extra; one version for all."""

import importlib
import re
import sys
import tomllib

import massgen_hub
import pytest
from house import APART, MEMBERS, ROOT, TOGETHER, project
from massgen_hub.plugins import Registry

ADAPTERS = [folder for folder in MEMBERS if folder.parent.name == "adapters"]


def member(folder):
    """The id of a test about one member."""
    return f"{folder.parent.name}/{folder.name}"


@pytest.mark.parametrize("folder", MEMBERS, ids=member)
def test_folder_distribution_module_and_entry_point_share_a_name(folder):
    described, module = project(folder)["project"], f"massgen_hub_{folder.name}".replace("-", "_")
    assert described["name"] == f"massgen-hub-{folder.name}"
    assert (folder / "src" / module).is_dir()
    assert described["entry-points"]["massgen_hub"] == {folder.name: module}


@pytest.mark.parametrize("folder", TOGETHER, ids=member)
def test_what_registers_an_adapter_lives_with_the_adapters(folder):
    row = next(row for row in Registry().rows if row.name == folder.name)
    assert row.error == ""
    adapters = row.provides.get("register_adapters", [])
    assert adapters == ([folder.name] if folder.parent.name == "adapters" else [])


@pytest.mark.parametrize("folder", MEMBERS, ids=member)
def test_each_member_has_a_readme_and_tests(folder):
    assert (folder / "README.md").read_text().startswith("# ")
    assert list((folder / "tests").glob("test_*.py"))


@pytest.mark.parametrize("folder", MEMBERS, ids=member)
def test_a_member_has_an_extra_where_it_lives_together_with_the_others(folder):
    extras = project(ROOT / "core")["project"]["optional-dependencies"]
    assert extras.get(folder.name) == (None if folder in APART else [f"massgen-hub-{folder.name}"])


def test_there_is_one_version():
    versions = {project(folder)["project"]["version"] for folder in [ROOT, ROOT / "core", *MEMBERS]}
    assert len(versions) == 1
    assert f"## {versions.pop()}" in (ROOT / "CHANGELOG.md").read_text()


@pytest.mark.parametrize("folder", MEMBERS, ids=member)
def test_members_ask_for_the_core_of_their_own_version_and_bound_the_rest_from_below(folder):
    described = project(folder)["project"]
    for requirement in described["dependencies"]:
        own = requirement.startswith("massgen-hub")
        assert f"=={described['version']}" in requirement if own else ">=" in requirement


@pytest.mark.parametrize("folder", ADAPTERS, ids=lambda folder: folder.name)
def test_the_oldest_version_that_an_adapter_was_tested_with_is_the_one_it_asks_for(folder):
    asked = project(folder)["project"]["dependencies"]
    tested = adapter_of(folder).tested
    assert tested
    for one in tested:
        bound = re.compile(rf"{one.distribution}(\[[^]]+\])?>={re.escape(one.oldest)}(,.*)?")
        assert any(bound.fullmatch(requirement) for requirement in asked), one


def adapter_of(folder):
    """The adapter of a folder. Its module imports no framework, so it can be read where that is not installed."""
    if folder in APART:
        sys.path.append(str(folder / "src"))
    (adapter,) = importlib.import_module(f"massgen_hub_{folder.name}".replace("-", "_")).register_adapters()
    return adapter


def test_the_public_names_are_those_that_the_package_exports():
    assert sorted(massgen_hub.__all__, key=str.lower) == sorted(massgen_hub._HOME, key=str.lower)
    assert [name for name in massgen_hub.__all__ if getattr(massgen_hub, name, None) is None] == []


@pytest.mark.parametrize("package", ["consensus", "dialogue", "record", "runner", "config", "worker", "testing"])
def test_what_a_package_exports_exists(package):
    module = importlib.import_module(f"massgen_hub.{package}")
    assert [name for name in module.__all__ if not hasattr(module, name)] == []


def test_the_top_level_holds_what_was_agreed_and_nothing_else():
    agreed = {
        "pyproject.toml", "README.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE",
        "core", "adapters", "plugins", "configs", "tests", "docs", "benchmarks", ".ci", ".gitignore", ".gitattributes",
    }  # fmt: skip
    ignored = {".git", ".venv", "uv.lock", ".massgen-hub", "dist"}
    found = {path.name for path in ROOT.iterdir() if not path.name.endswith("_cache")} - ignored - {".hypothesis"}
    assert found == agreed


def test_the_workspace_tools_are_configured_once():
    for folder in [ROOT / "core", *MEMBERS]:
        tools = tomllib.loads((folder / "pyproject.toml").read_text())["tool"]
        assert set(tools) <= {"uv", "hatch"}
