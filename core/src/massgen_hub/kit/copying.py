"""Copies of the user's objects, so that a turn changes nothing of theirs."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from copy import copy
from functools import partial
from types import CellType, CodeType, FunctionType, MethodType
from typing import Any

CONTAINERS = (dict, list, set, tuple, deque, defaultdict)
CALLABLES = (FunctionType, MethodType, partial)


class Copies(ABC):
    """Copies of objects that hang together, each made once, so that the copies hold each other as the originals do.

    Parts (`is_part`) are copied with all that they hold, and so are containers. Functions, methods, partials and
    `holders` are copied only where a part is in them, because the user's functions keep their own state: a function
    gets the copies of what it closes over, of its defaults, and of the globals that it names, be it by other functions.
    All else stays the same and is shared.
    """

    holders: tuple[type, ...] = ()

    def __init__(self) -> None:
        self._made: dict[int, tuple[Any, Any]] = {}
        self._bare: dict[int, Any] = {}
        self._unfilled: list[tuple[dict[str, Any], dict[str, Any]]] = []
        self._fills = False

    @abstractmethod
    def is_part(self, value: Any) -> bool:
        """Whether it is copied wherever it stands."""

    @abstractmethod
    def dress(self, original: Any, twin: Any) -> None:
        """Ready the copy of a part or a holder, once all that it holds is copied."""

    def of(self, value: Any) -> Any:
        """The copy of a value, or the value itself where it is shared."""
        known = self._made.get(id(value))
        return known[1] if known else self.made(value)

    def use(self, original: Any, replacement: Any) -> Any:
        """Let `replacement` stand for `original`, unless something does already. Gives what does."""
        # the original is kept too, so that no other gets its id
        return self._made.setdefault(id(original), (original, replacement))[1]

    def made(self, value: Any) -> Any:
        """What stands for a value that nothing stands for yet."""
        if self.is_part(value):
            return self._object(value)
        if type(value) in CONTAINERS:
            return self._container(value)
        if isinstance(value, (*CALLABLES, *self.holders)) and self._holds_a_part(value):
            return self._callable(value) if isinstance(value, CALLABLES) else self._object(value)
        return value

    def globals_of(self, function: FunctionType) -> dict[str, Any]:
        """The globals that a function names, with those that its inner functions name."""
        known = function.__globals__
        return {name: known[name] for name in _names(function.__code__) if name in known}

    def _object(self, value: Any) -> Any:
        twin = self.use(value, copy(value))
        if twin is not value:  # else it is one of a kind
            vars(twin).update({name: self.of(held) for name, held in vars(value).items()})
            self.dress(value, twin)
        return twin

    def _container(self, value: Any) -> Any:
        if isinstance(value, tuple):
            return self.use(value, tuple(map(self.of, value)))
        twin = self.use(value, copy(value))
        twin.clear()
        if isinstance(value, dict):
            twin.update({self.of(key): self.of(held) for key, held in value.items()})
        elif isinstance(value, set):
            twin.update(map(self.of, value))
        else:
            twin.extend(map(self.of, value))
        if isinstance(value, defaultdict):
            twin.default_factory = self.of(value.default_factory)
        return twin

    def _callable(self, value: Any) -> Any:
        if isinstance(value, MethodType):
            return MethodType(self.of(value.__func__), self.of(value.__self__))
        if isinstance(value, partial):
            return partial(self.of(value.func), *map(self.of, value.args), **self.of(value.keywords))
        return self._function(value)

    def _function(self, value: FunctionType) -> Any:
        named = {name: held for name, held in self.globals_of(value).items() if self._holds_a_part(held)}
        namespace = self._namespace(value.__globals__) if named else value.__globals__
        cells = tuple(map(self._cell, value.__closure__ or ()))
        twin = FunctionType(value.__code__, namespace, value.__name__, closure=cells or None)
        twin.__qualname__, twin.__doc__ = value.__qualname__, value.__doc__
        twin.__module__, twin.__annotations__ = value.__module__, value.__annotations__
        vars(twin).update(vars(value))
        stands = self.use(value, twin)  # before what it names: functions may name each other
        self._fill(namespace, named)
        twin.__defaults__ = value.__defaults__ and tuple(map(self._default, value.__defaults__))
        twin.__kwdefaults__ = value.__kwdefaults__ and {
            name: self._default(held) for name, held in value.__kwdefaults__.items()
        }
        return stands

    def _namespace(self, module: dict[str, Any]) -> dict[str, Any]:
        """The functions of a module share a copy of what is in it, as they share the module."""
        known = self._made.get(id(module))
        return known[1] if known else self.use(module, dict(module))  # type: ignore[no-any-return]

    def _fill(self, namespace: dict[str, Any], named: dict[str, Any]) -> None:
        """One after the other, and never one in another: a long chain of functions would be too deep for Python."""
        self._unfilled.append((namespace, named))
        if self._fills:
            return
        self._fills = True
        while self._unfilled:
            namespace, named = self._unfilled.pop()
            namespace.update({name: self.of(held) for name, held in named.items()})
        self._fills = False

    def _default(self, value: Any) -> Any:
        return self.of(value) if self._holds_a_part(value) else value

    def _cell(self, cell: CellType) -> Any:
        """Functions that share a cell share its copy."""
        if id(cell) in self._made or not self._holds_a_part(cell):
            return self.use(cell, cell)
        twin = self.use(cell, CellType())  # before what is in it: a function that calls itself is in a cell of its own
        twin.cell_contents = self.of(cell.cell_contents)
        return twin

    def _holds_a_part(self, value: Any) -> bool:
        """Whether it is one, or leads to one. What leads to none is not looked at again."""
        seen: dict[int, Any] = {}
        waiting = [value]
        while waiting:
            inside = waiting.pop()
            if id(inside) in seen or id(inside) in self._bare:
                continue
            if self.is_part(inside):
                return True
            seen[id(inside)] = inside
            waiting.extend(self._insides(inside))
        self._bare.update(seen)
        return False

    def _insides(self, value: Any) -> Iterable[Any]:
        if isinstance(value, FunctionType):
            return (
                *(value.__closure__ or ()),
                *(value.__defaults__ or ()),
                *(value.__kwdefaults__ or {}).values(),
                *self.globals_of(value).values(),
            )
        if isinstance(value, MethodType):
            return (value.__func__, value.__self__)
        if isinstance(value, partial):
            return (value.func, *value.args, *value.keywords.values())
        if isinstance(value, CellType):
            return _contents(value)
        if isinstance(value, self.holders):
            return vars(value).values()
        if type(value) not in CONTAINERS:
            return ()
        return (*value, *value.values()) if isinstance(value, dict) else value


def _contents(cell: CellType) -> tuple[Any, ...]:
    try:
        return (cell.cell_contents,)
    except ValueError:  # nothing was ever put into it
        return ()


def _names(code: CodeType) -> Iterator[str]:
    """All that a function names outside of it, and that its inner functions name."""
    yield from code.co_names
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _names(inner)
