"""Copies of classic agents and all that hangs together with them, so that a turn changes nothing of the user's."""

from __future__ import annotations

import copy
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import partial
from types import CellType, CodeType, FunctionType, MethodType
from typing import Any

from autogen import ConversableAgent, GroupChat
from autogen.agentchat.group.patterns.pattern import Pattern
from autogen.tools import ChatContext, Tool
from pydantic import BaseModel

CAST = (ConversableAgent, GroupChat, Pattern)
CONTAINERS = (dict, list, set, tuple, defaultdict)
HOLDERS = (FunctionType, MethodType, Tool, ChatContext, partial)
"""What is copied only where an agent is inside it: a function of the user's keeps its own state."""

FRESH: dict[str, Callable[[], Any]] = {
    "_oai_messages": partial(defaultdict, list),
    "_consecutive_auto_reply_counter": partial(defaultdict, int),
    "reply_at_receive": partial(defaultdict, bool),
    "_human_input": list,
}
"""What an agent holds of a conversation."""


class Copies:
    """Copies agents, group chats and patterns, each once, with what they hold: lists, hand-offs, the functions that
    name another of them. Clients, executors and whatever else is no part of AG2 stay the same and are shared.

    `dress(original, copy)` is called for each of the cast, once all that it holds is copied.
    """

    def __init__(self, dress: Callable[[Any, Any], None]) -> None:
        self._dress = dress
        self._made: dict[int, tuple[Any, Any]] = {}

    def of(self, value: Any) -> Any:
        """The copy of a value, or the value itself where it is shared."""
        if id(value) in self._made:
            return self._made[id(value)][1]
        if isinstance(value, CAST) or _describes_a_group(value):
            return self._object(value)
        if type(value) in CONTAINERS:
            return self._container(value)
        if isinstance(value, HOLDERS) and _names_an_agent(value, set()):
            return self._holder(value)
        return value

    def use(self, original: Any, replacement: Any) -> Any:
        """Let `replacement` be the copy of `original`."""
        self._made[id(original)] = (original, replacement)
        return replacement

    def _object(self, value: Any) -> Any:
        seen = self.use(value, copy.copy(value))
        if isinstance(value, GroupChat):  # two of one chat share their messages
            self._made.setdefault(id(value.messages), (value.messages, []))
        for name, held in vars(value).items():
            fresh = FRESH.get(name) if isinstance(value, ConversableAgent) else None
            vars(seen)[name] = fresh() if fresh else self.of(held)
        if isinstance(value, CAST):
            self._dress(value, seen)
        return seen

    def _container(self, value: Any) -> Any:
        if isinstance(value, tuple):
            return self.use(value, tuple(self.of(held) for held in value))
        seen = self.use(value, copy.copy(value))
        seen.clear()
        if isinstance(value, dict):
            seen.update({self.of(key): self.of(held) for key, held in value.items()})
        elif isinstance(value, set):
            seen.update(self.of(held) for held in value)
        else:
            seen.extend(self.of(held) for held in value)
        if isinstance(value, defaultdict):
            seen.default_factory = self.of(value.default_factory)
        return seen

    def _holder(self, value: Any) -> Any:
        if isinstance(value, MethodType):
            return MethodType(value.__func__, self.of(value.__self__))
        if isinstance(value, partial):
            return partial(self.of(value.func), *map(self.of, value.args), **self.of(value.keywords))
        return self._function(value) if isinstance(value, FunctionType) else self._object(value)

    def _function(self, value: FunctionType) -> FunctionType:
        """The function with other agents in what it closes over, and in place of the globals that it names."""
        named = {name: self.of(held) for name, held in _globals(value) if isinstance(held, CAST)}
        namespace = {**value.__globals__, **named} if named else value.__globals__
        cells = tuple(self._cell(cell) for cell in value.__closure__ or ())
        seen = FunctionType(value.__code__, namespace, value.__name__, value.__defaults__, cells or None)
        seen.__kwdefaults__, seen.__qualname__, seen.__doc__ = value.__kwdefaults__, value.__qualname__, value.__doc__
        seen.__module__, seen.__annotations__ = value.__module__, value.__annotations__
        vars(seen).update(vars(value))
        return self.use(value, seen)  # type: ignore[no-any-return]

    def _cell(self, cell: CellType) -> CellType:
        if id(cell) not in self._made and _names_an_agent(cell, set()):
            self.use(cell, CellType()).cell_contents = self.of(cell.cell_contents)
        return self._made.get(id(cell), (cell, cell))[1]  # type: ignore[no-any-return]


def _describes_a_group(value: Any) -> bool:
    """Whether it is one of AG2's records of a group: context variables, hand-offs, their conditions and targets."""
    return isinstance(value, BaseModel) and type(value).__module__.startswith("autogen.agentchat.group.")


def _names_an_agent(value: Any, seen: set[int]) -> bool:
    if isinstance(value, CAST):
        return True
    if id(value) in seen:
        return False
    seen.add(id(value))
    return any(_names_an_agent(inside, seen) for inside in _insides(value))


def _insides(value: Any) -> Iterator[Any]:
    if isinstance(value, FunctionType):
        yield from value.__closure__ or ()
        yield from (held for _, held in _globals(value) if isinstance(held, CAST))
    elif isinstance(value, MethodType):
        yield value.__self__
    elif isinstance(value, partial):
        yield from (value.func, *value.args, *value.keywords.values())
    elif isinstance(value, CellType):
        yield from _contents(value)
    elif isinstance(value, dict):
        yield from (*value, *value.values())
    elif type(value) in CONTAINERS:
        yield from value
    elif isinstance(value, (Tool, ChatContext)) or _describes_a_group(value):
        yield from vars(value).values()


def _contents(cell: CellType) -> tuple[Any, ...]:
    try:
        return (cell.cell_contents,)
    except ValueError:  # nothing was ever put into it
        return ()


def _globals(function: FunctionType) -> Iterator[tuple[str, Any]]:
    """The globals that a function names, with those that its inner functions name."""
    codes = [function.__code__]
    while codes:
        code = codes.pop()
        yield from ((name, function.__globals__[name]) for name in code.co_names if name in function.__globals__)
        codes.extend(inner for inner in code.co_consts if isinstance(inner, CodeType))
