"""Copies of the user's objects, with their functions."""

from __future__ import annotations

from collections import defaultdict, deque
from functools import partial
from typing import Any

import pytest
from massgen_hub import kit


class Part:
    """Something of a framework, which may hold anything."""

    def __init__(self, held: Any = None) -> None:
        self.held = held

    def itself(self) -> Part:
        return self


class Single(Part):
    """A part of which there is only one."""

    def __copy__(self) -> Single:
        return self


class Holder:
    """Something of a framework that is worth a copy only for a part in it."""

    def __init__(self, held: Any) -> None:
        self.held = held


class Copies(kit.Copies):
    holders = (Holder,)

    def __init__(self) -> None:
        super().__init__()
        self.dressed: list[Any] = []

    def is_part(self, value: Any) -> bool:
        return isinstance(value, Part)

    def dress(self, original: Any, twin: Any) -> None:
        assert type(twin.held) is type(original.held)
        self.dressed.append(twin)


@pytest.fixture
def copies() -> Copies:
    return Copies()


everywhere = Part()


def names_a_global() -> Part:
    return everywhere


def names_it_inside() -> Part:
    return (lambda: everywhere)()


def names_none() -> object:
    return pytest


def asks_another() -> Part:
    return names_a_global()


def takes_it_by_default(given: Part = everywhere, *, named: Part = everywhere) -> tuple[Part, Part]:
    return given, named


def by_default(given: Any = takes_it_by_default) -> Any:
    return given()[0]


crowd = {"all": [everywhere], "ask": (names_a_global,)}


def names_a_crowd() -> Any:
    return crowd["all"][0]


def calls_one_of_a_crowd() -> Any:
    return crowd["ask"][0]()


def back(left: int = 3) -> Part:
    return forth(left - 1) if left else everywhere


def forth(left: int) -> Part:
    return back(left)


last = everywhere


def remember() -> Part:
    global last
    last = everywhere
    return what_is_remembered()


def what_is_remembered() -> Part:
    return last


class User:
    """Someone whose methods name a part."""

    def ask(self) -> Part:
        return everywhere


def test_a_part_is_copied_once_with_what_it_holds(copies: Copies) -> None:
    inner = Part("text")
    outer = Part([inner, {"again": inner}])
    twin = copies.of(outer)
    first, second = twin.held
    assert first is second["again"] is copies.of(inner)
    assert (first is inner, first.held) == (False, "text")
    assert outer.held == [inner, {"again": inner}]
    assert copies.dressed == [first, twin]


def test_parts_that_hold_each_other_do_so_as_copies(copies: Copies) -> None:
    one = Part()
    one.held = other = Part([one])
    assert copies.of(one).held.held == [copies.of(one)]
    assert one.held is other


def test_what_there_is_one_of_stays(copies: Copies) -> None:
    single = Single([])
    held = single.held
    assert copies.of(single) is single
    assert (single.held is held, copies.dressed) == (True, [])


@pytest.mark.parametrize(
    "make",
    [
        lambda part: [part],
        lambda part: (part,),
        lambda part: {part},
        lambda part: {part: part},
        lambda part: deque([part], maxlen=3),
        lambda part: defaultdict(list, {"a": part}),
    ],
)
def test_containers_are_copied_with_their_kind(copies: Copies, make: Any) -> None:
    part = Part()
    before = make(part)
    twin = copies.of(before)
    assert (type(twin), twin) == (type(before), make(copies.of(part)))
    assert twin is not before == make(part)


def test_what_a_mapping_makes_by_default_is_of_the_copies(copies: Copies) -> None:
    part = Part()
    assert copies.of(defaultdict(lambda: part))["new"] is copies.of(part)


@pytest.mark.parametrize(
    "make",
    [
        lambda part: lambda: part,
        lambda part: lambda: (lambda: part)(),
        lambda part: part.itself,
        lambda part: partial(Part.itself, part),
        lambda part: partial(lambda *, given: given, given=part),
    ],
)
def test_a_function_gives_the_copy_of_what_it_knows(copies: Copies, make: Any) -> None:
    part = Part()
    function = make(part)
    assert copies.of(function)() is copies.of(part) is not part
    assert function() is part


@pytest.mark.parametrize(
    "function",
    [
        names_a_global,
        names_it_inside,
        asks_another,
        names_a_crowd,
        calls_one_of_a_crowd,
        by_default,
        back,
        remember,
        User().ask,
        partial(asks_another),
    ],
)
def test_a_function_gives_the_copy_of_a_global_that_it_names(copies: Copies, function: Any) -> None:
    assert copies.of(function)() is copies.of(everywhere) is not everywhere
    assert function() is everywhere


def test_functions_of_a_module_share_its_copy_as_they_share_it(copies: Copies) -> None:
    twins = copies.of([asks_another, names_a_crowd, names_none])
    assert twins[0].__globals__ is twins[1].__globals__ is not globals()
    assert twins[0].__globals__["names_none"] is names_none
    assert twins[2] is names_none


def test_a_long_chain_of_functions_is_followed_to_its_end(copies: Copies) -> None:
    module: dict[str, Any] = {"part": Part()}
    exec("def f0(): return part", module)
    exec("\n".join(f"def f{number}(): return f{number - 1}" for number in range(1, 300)), module)
    function = copies.of(module["f299"])
    while not isinstance(function, Part):
        function = function()
    assert function is copies.of(module["part"]) is not module["part"]


def test_a_default_without_a_part_stays_the_function_s(copies: Copies) -> None:
    seen: list[str] = []

    def note(word: str, notes: list[str] = seen, *, about: Part = everywhere) -> Part:
        notes.append(word)
        return about

    assert copies.of(note)("x") is copies.of(everywhere)
    assert note("y") is everywhere
    assert seen == ["x", "y"]


def test_what_leads_to_no_part_is_looked_at_once() -> None:
    looked_at = []

    class Counting(Copies):
        def is_part(self, value: Any) -> bool:
            looked_at.append(value)
            return super().is_part(value)

    numbers = [0.5] * 3 + [1.5]
    functions = [lambda: numbers, lambda: (numbers, functions)]
    assert Counting().of(functions) == functions
    assert looked_at.count(1.5) == 1


def test_the_globals_of_some_functions_may_be_left_alone() -> None:
    class Careful(Copies):
        def globals_of(self, function: Any) -> dict[str, Any]:
            return {} if function is names_a_global else super().globals_of(function)

    copies = Careful()
    assert copies.of(names_a_global) is names_a_global
    assert copies.of(names_it_inside) is not names_it_inside


def test_the_copy_of_a_function_looks_like_it(copies: Copies) -> None:
    part = Part()

    def ask(question: str, *, politely: bool = True) -> tuple[str, bool, Part]:
        """Ask it."""
        return question, politely, part

    ask.strict = True  # type: ignore[attr-defined]
    twin = copies.of(ask)
    assert twin("Where?") == ("Where?", True, copies.of(part))
    assert (twin.__name__, twin.__qualname__, twin.__module__) == (ask.__name__, ask.__qualname__, ask.__module__)
    assert (twin.__doc__, twin.__annotations__, twin.strict) == ("Ask it.", ask.__annotations__, True)


def test_a_function_that_knows_no_part_is_the_user_s(copies: Copies) -> None:
    seen: list[str] = []
    functions = [names_none, seen.append, partial(seen.append, "x"), lambda: seen]
    assert copies.of(functions) == functions


def test_a_function_shares_what_else_it_remembers(copies: Copies) -> None:
    part, asked = Part(), list[Part]()

    def ask() -> None:
        asked.append(part)

    copies.of(ask)()
    assert asked == [copies.of(part)]


def test_functions_that_share_a_variable_do_so_as_copies(copies: Copies) -> None:
    current = Part()
    other = Part()

    def change() -> None:
        nonlocal current
        current = other

    def show() -> Part:
        return current

    changes, shows = copies.of([change, show])
    changes()
    assert shows() is copies.of(other)
    assert show() is not other


def test_a_function_may_call_itself_and_name_what_is_not_there_yet(copies: Copies) -> None:
    part = Part()

    def count(left: int) -> Part:
        if left < 0:
            return later
        return count(left - 1) if left else part

    assert copies.of(count)(2) is copies.of(part)
    later = Part()
    assert count(-1) is later


def test_a_holder_is_copied_only_for_a_part_in_it(copies: Copies) -> None:
    part = Part()
    idle, busy = Holder([]), Holder(lambda: part)
    assert copies.of(idle) is idle
    assert copies.of(busy).held() is copies.of(part)
    assert copies.of(lambda: busy)() is copies.of(busy) is not busy


def test_something_else_may_stand_for_a_value(copies: Copies) -> None:
    part, other = Part(), Part()
    assert copies.use(part, other) is other
    assert copies.use(part, Part()) is other
    assert copies.of([part, lambda: part])[0] is other
