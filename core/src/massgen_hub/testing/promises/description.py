"""What an adapter says about itself."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from ...contract import JSON
from ...worker.opening import find_adapter
from ..stage import missing_for_workers
from .base import Contract

HUB_KEYS = frozenset({"id", "type", "model", "environment", "agent", "timeout"})


class DescribesItself(Contract):
    """Promises about the description; no agent is opened."""

    def test_its_name_is_a_lower_case_word(self) -> None:
        assert re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", self.adapter.name)

    def test_its_summary_is_one_line(self) -> None:
        assert self.adapter.summary.strip()
        assert "\n" not in self.adapter.summary

    def test_an_unknown_option_is_refused_by_its_name(self) -> None:
        refusal = _refusal(self.adapter.options, {**self.options, "no_such_option": 1})
        assert "no_such_option" in refusal, "derive the options from `massgen_hub.options.Options`"

    def test_its_options_leave_the_keys_of_the_hub_alone(self) -> None:
        fields = self.adapter.options.model_fields
        taken = HUB_KEYS & {*fields, *(field.alias for field in fields.values())}
        assert not taken, f"the hub reads these keys itself: {sorted(taken)}"

    def test_every_option_is_named_in_a_test(self, request: pytest.FixtureRequest) -> None:
        tests = list(request.path.parent.glob("test_*.py"))
        if not tests:
            pytest.skip("its tests are not installed with it")
        files = [*tests, Path(self._module_file())]
        untested = set(self.adapter.options.model_fields) - set().union(*map(_words, files))
        assert not untested, f"no test beside {request.path.name} names {sorted(untested)}"

    def test_listing_it_imports_no_framework(self) -> None:
        plugin = self.plugin or self.adapter.open.__module__.partition(".")[0]
        loaded = _modules_after(f"import {plugin}; list(getattr({plugin}, 'register_adapters', tuple)())")
        assert not loaded & set(self.framework_modules), "import the framework inside `open`"

    def test_a_worker_finds_it(self) -> None:
        if missing := missing_for_workers(self.adapter):
            pytest.skip(missing)
        assert find_adapter(self.adapter.name)[0].name == self.adapter.name

    def _module_file(self) -> str:
        return str(sys.modules[type(self).__module__].__file__)


def _refusal(options: type[Any], given: Mapping[str, JSON]) -> str:
    try:
        options(**given)
    except ValueError as refused:
        return str(refused)
    return ""


def _words(file: Path) -> set[str]:
    """The names that a test file gives as keyword arguments, as keys or in texts."""
    nodes = list(ast.walk(ast.parse(file.read_text())))
    named = {node.arg for node in nodes if isinstance(node, ast.keyword) and node.arg}
    texts = [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    return named.union(*(re.findall(r"\w+", text) for text in texts))


def _modules_after(code: str) -> set[str]:
    """The modules that a fresh interpreter holds after running the code."""
    report = f"import sys, json; {code}; print(json.dumps([*sys.modules]))"
    ran = subprocess.run([sys.executable, "-c", report], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return set(json.loads(ran.stdout))
