"""The kit for adapter authors: a good adapter keeps every promise, a bad one breaks the one that names its fault."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from inspect import signature
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

import pytest
from massgen_hub.contract import Adapter
from massgen_hub.options import Options
from massgen_hub.testing import AdapterContract
from massgen_hub.testing.stage import Inline
from mutants import MUTANTS, NEEDS, LeavesAProcess
from plain import adapter
from pydantic import BaseModel

HERE = Path(__file__)


class TestAPlainAgent(AdapterContract):
    adapter = adapter()
    options: ClassVar = {"system_message": "Be brief."}
    plugin = "massgen_hub.testing"


class TestAPlainAgentWithTools(AdapterContract):
    adapter = adapter()
    options: ClassVar = {"tools": True}
    capabilities = ("tools",)
    plugin = "massgen_hub.testing"


class TestAPlainAgentThatRunsCode(AdapterContract):
    adapter = adapter()
    options: ClassVar = {"code": True}
    capabilities = ("code",)
    plugin = "massgen_hub.testing"


class TestAnObjectOfTheUsers(AdapterContract):
    adapter = adapter()
    target = "plain_users:bot"
    plugin = "massgen_hub.testing"


@pytest.mark.parametrize(("mutant", "promise"), MUTANTS.items(), ids=lambda value: getattr(value, "__name__", ""))
def test_a_mutant_breaks_the_promise_that_names_its_fault(mutant, promise, capfd):
    declared = NEEDS[mutant]
    assert keeps(contract(adapter(), **declared), promise, capfd), "the good adapter must keep it"
    assert not keeps(contract(adapter(mutant), **declared), promise, capfd)


@pytest.fixture(autouse=True)
def _no_process_is_left() -> Iterator[None]:
    yield
    while LeavesAProcess.left:
        process = LeavesAProcess.left.pop()
        process.kill()
        process.wait()


class LaxOptions(BaseModel):
    """Takes anything."""


class GreedyOptions(Options):
    """Takes a key of the hub."""

    timeout: float = 1


class UntestedOptions(Options):
    """Has one that no test names."""

    colour_of_the_wall: str = ""


@pytest.mark.parametrize(
    ("changes", "promise"),
    [
        ({"name": "Plain Agents"}, "test_its_name_is_a_lower_case_word"),
        ({"summary": "Two\nlines."}, "test_its_summary_is_one_line"),
        ({"options": LaxOptions}, "test_an_unknown_option_is_refused_by_its_name"),
        ({"options": GreedyOptions}, "test_its_options_leave_the_keys_of_the_hub_alone"),
        ({"options": UntestedOptions}, "test_every_option_is_named_in_a_test"),
    ],
)
def test_a_broken_description_breaks_exactly_this_promise(changes, promise, capfd):
    assert not keeps(contract(adapter(**changes)), promise, capfd)


def test_a_plugin_that_imports_its_framework_when_listed_is_caught(capfd):
    listed = contract(adapter(), framework_modules=("http",))
    assert not keeps(listed, "test_listing_it_imports_no_framework", capfd)


def test_replacing_a_promise_without_a_reason_is_refused():
    with pytest.raises(TypeError, match="test_it_prints_nothing replaces a promise"):

        class Silent(AdapterContract):
            test_it_prints_nothing = None


def test_a_promise_may_be_marked_as_impossible_with_a_reason():
    class Loud(AdapterContract):
        @pytest.mark.xfail(reason="it prints a banner")
        def test_it_prints_nothing(self, inline, capfd):
            super().test_it_prints_nothing(inline, capfd)

    assert Loud.test_it_prints_nothing is not AdapterContract.test_it_prints_nothing


def contract(made: Adapter, **declared: Any) -> AdapterContract:
    """A contract for an adapter."""
    members = {"adapter": made, "plugin": "massgen_hub.testing", "__module__": __name__, **declared}
    return type("Contract", (AdapterContract,), members)()


def keeps(tested: AdapterContract, promise: str, capfd: pytest.CaptureFixture[str]) -> bool:
    """Whether an adapter keeps a promise, in this process."""
    test = getattr(tested, promise)
    capfd.readouterr()
    try:
        for values in _parameters(test):
            with Inline(tested.case) as stage:
                request = SimpleNamespace(path=HERE)
                given = {"capfd": capfd, "stage": stage, "inline": stage, "request": request, **values}
                test(**{name: given[name] for name in signature(test).parameters})
    except Exception:
        return False
    return True


def _parameters(test: Callable[..., None]) -> list[dict[str, Any]]:
    marks = [mark for mark in getattr(test, "pytestmark", ()) if mark.name == "parametrize"]
    return [{mark.args[0]: value} for mark in marks for value in mark.args[1]] or [{}]
