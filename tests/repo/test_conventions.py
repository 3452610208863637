"""The house's rules of size and style, and that every hook is documented and tested."""

import ast
import re
import statistics
import subprocess

import pytest
from house import MEMBERS, ROOT, SOURCES
from massgen_hub import hookspecs

HOOKS = [name for name in vars(hookspecs) if hasattr(getattr(hookspecs, name), "massgen_hub_spec")]
STRAY = re.compile(r"py[p]i\.org|python[h]osted|(?<![\w.])/wor[k]/|/tm[p]/[a-z]+/|/roo[t]/")
SIZES = {
    f"{path.relative_to(ROOT)}:{node.lineno} {node.name}": (node.end_lineno or node.lineno) - node.lineno + 1
    for path in SOURCES
    for node in ast.walk(ast.parse(path.read_text()))
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
}


def test_functions_are_short():
    assert [where for where, size in SIZES.items() if size > 60] == []
    assert statistics.median(SIZES.values()) <= 8


def test_files_hold_one_idea():
    assert [str(path) for path in SOURCES if len(path.read_text().splitlines()) > 400] == []


def test_everything_public_says_what_it_is():
    for path in SOURCES:
        tree = ast.parse(path.read_text())
        assert ast.get_docstring(tree), path


@pytest.mark.parametrize("hook", HOOKS)
def test_every_hook_is_documented_with_its_signature_and_tested(hook):
    code = getattr(hookspecs, hook).__code__
    heading = f"### {hook}({', '.join(code.co_varnames[: code.co_argcount])})"
    assert heading in (ROOT / "docs" / "plugins.md").read_text()
    tests = [path.read_text() for path in (ROOT / "tests").rglob("test_*.py") if path.name != "test_conventions.py"]
    assert any(hook in text for text in tests)


def test_nothing_tracked_names_a_registry_or_a_path_of_one_machine():
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    found = []
    for name in filter(None, names.split("\0")):
        path = ROOT / name
        if path.is_file() and path.suffix in {".py", ".md", ".toml", ".yaml", ".txt", ".json", ".sh", ""}:
            found += [name for line in path.read_text(errors="replace").splitlines() if STRAY.search(line)]
    assert found == []
    assert "uv.lock" not in names


@pytest.mark.parametrize("folder", MEMBERS, ids=lambda folder: folder.name)
def test_tests_and_sources_are_no_packages_of_each_other(folder):
    assert not list((folder / "tests").rglob("__init__.py"))
