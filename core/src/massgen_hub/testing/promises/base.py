"""What a contract class says about the kind of agent that it tests, and what it may change."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar, Literal, TypeVar

import pytest

from ...consensus import Decision
from ...contract import JSON, Adapter, Reply
from ...dialogue import read
from ..replies import Script, call, decides, in_turn, say, says
from ..stage import Case, Inline, Stage, Workers, missing_for_workers

Test = TypeVar("Test", bound=Callable[..., None])
Capability = Literal["tools", "code", "mcp", "structured", "group", "human", "memory"]

LABELS = {"A": "first", "B": "second"}
BALLOT = {"reason": "It is the capital.", "ranking": ["B", "A"]}
BETTER = {"answer": "Paris, on the Seine."}
PROSE = "I would rather talk about the weather."
MOST_CALLS = 4


class Contract:
    """The base of all promises: a kind of agent, and how a model talks to it."""

    adapter: ClassVar[Adapter]
    options: ClassVar[Mapping[str, JSON]] = {}
    target: ClassVar[str | None] = None
    """The user's own object, or a factory of one that takes `model`: `module:attribute`, in a module that can be
    imported, or beside the file of the class."""
    capabilities: ClassVar[tuple[Capability, ...]] = ()
    """What this kind can do besides: each has promises of its own."""
    answers: ClassVar[tuple[str, ...]] = ("approve",)
    """What a person says to an agent with the capability `human`."""
    ways: ClassVar[tuple[Literal["inline", "worker"], ...]] = ("inline", "worker")
    """Where it can be opened at all."""
    plugin: ClassVar[str] = ""
    """The module that the entry point names; empty: the top package of `adapter.open`."""
    framework_modules: ClassVar[tuple[str, ...]] = ()
    """Modules that must not be imported when plugins are only listed."""

    _workers: ClassVar[Workers | None] = None

    def __init_subclass__(cls, **arguments: Any) -> None:
        """Refuse a subclass that replaces a promise without saying why; leave out what it does not declare."""
        super().__init_subclass__(**arguments)
        for name, value in vars(cls).items():
            if _promised(cls, name) and not _excused(value):
                raise TypeError(f"{cls.__name__}.{name} replaces a promise: mark it `xfail(reason=...)`")
        for name, test in _promises(cls):
            if name not in vars(cls):
                setattr(cls, name, test if cls._declares(test) else None)

    # What a subclass may change: how a model speaks to this framework, for example in the code that it asks for.

    def says(self, text: str) -> Script:
        """How a model gives an answer."""
        return says(text)

    def decides(self, *decisions: Mapping[str, JSON]) -> Script:
        """How a model gives one decision, or several in one reply."""
        return decides(*decisions)

    def uses(self, tool: str, arguments: Mapping[str, JSON], then: str) -> Script:
        """How a model calls a tool of the agent's own, and answers after it."""
        return in_turn(call(tool, arguments), then=self.says(then))

    def codes(self, code: str, then: str) -> Script:
        """How a model writes Python that is to be run, and answers after it."""
        return in_turn(say(f"Let me see.\n```python\n{code}\n```"), then=self.says(then))

    def asks(self, then: str) -> Script:
        """How a model makes the agent ask a person, and answers after it."""
        return self.uses("add", {"x": 2, "y": 3}, then)

    def discusses(self, first: str, last: str) -> Script:
        """How a model speaks for two members of a group, one after the other."""
        return in_turn(say(first), then=self.says(last))

    # How it is done.

    @property
    def case(self) -> Case:
        """The kind of agent."""
        folder = Path(inspect.getfile(type(self))).parent
        return Case(adapter=self.adapter, options=self.options, target=self.target, folder=folder)

    @classmethod
    def pytest_generate_tests(cls, metafunc: pytest.Metafunc) -> None:
        """Try each promise here and, where the adapter is installed, in a worker behind the gateway."""
        if "stage" in metafunc.fixturenames:
            ways = ["inline"] if missing_for_workers(cls.adapter) else cls.ways
            metafunc.parametrize("stage", ways, indirect=True)

    @pytest.fixture
    def stage(self, request: pytest.FixtureRequest) -> Iterator[Stage]:
        """Where the agent is opened."""
        if request.param == "worker":
            yield self._warm_workers()
            return
        with Inline(self.case) as here:
            yield here

    @pytest.fixture
    def inline(self) -> Iterator[Inline]:
        """For promises about this process."""
        with Inline(self.case) as here:
            yield here

    @pytest.fixture
    def worker(self) -> Workers:
        """For promises about a process of its own."""
        if "worker" not in self.ways:
            pytest.skip("it cannot be opened in a worker")
        if missing := missing_for_workers(self.adapter):
            pytest.skip(missing)
        return self._warm_workers()

    @classmethod
    def teardown_class(cls) -> None:
        """End the workers of this class."""
        if cls._workers is not None:
            cls._workers.__exit__()
            cls._workers = None

    def _warm_workers(self) -> Workers:
        if self._workers is None:
            type(self)._workers = Workers(self.case).__enter__()
        assert self._workers is not None
        return self._workers

    @classmethod
    def _declares(cls, test: Any) -> bool:
        needed = getattr(test, "needs", None)
        return needed is None or (cls.target is not None if needed == "target" else needed in cls.capabilities)


def needs(capability: Capability | Literal["target"]) -> Callable[[Test], Test]:
    """Marks a promise that only a kind with this capability gives, or one with an object of the user's."""

    def mark(test: Test) -> Test:
        test.needs = capability  # type: ignore[attr-defined]
        return test

    return mark


def decision(kind: Literal["decide", "vote"], reply: Reply) -> Decision:
    """What the hub reads in a reply about the two candidates of the kit's turns."""
    return read(kind, reply, LABELS, "ranking")


def _promises(cls: type) -> Iterator[tuple[str, Any]]:
    """The promises as they are written, by name."""
    for base in cls.__mro__:
        if base.__module__.startswith(__package__):
            yield from ((name, test) for name, test in vars(base).items() if name.startswith("test_") and test)


def _promised(cls: type, name: str) -> bool:
    return name.startswith("test_") and name in dict(_promises(cls.__base__ or cls))


def _excused(test: Any) -> bool:
    marks = getattr(test, "pytestmark", ())
    return any(mark.name == "xfail" and mark.kwargs.get("reason") for mark in marks)
