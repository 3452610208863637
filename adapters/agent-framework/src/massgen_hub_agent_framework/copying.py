"""Copies of agents and workflows, so that a turn starts afresh and changes nothing of the user's."""

from __future__ import annotations

import asyncio
import copy
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import AsyncExitStack
from functools import partial
from types import CellType, CodeType, FunctionType, MethodType
from typing import Any
from uuid import uuid4

from agent_framework import AgentSession, BaseChatClient, MCPStdioTool, MCPStreamableHTTPTool, MCPWebsocketTool

CONTAINERS = (dict, list, set, tuple, deque, defaultdict)
OF_A_LOOP = (asyncio.Lock, asyncio.Queue, asyncio.Event, AsyncExitStack)
"""What a copy needs one of its own of, empty."""
FRAMEWORK = "agent_framework"
McpTool = MCPStdioTool | MCPStreamableHTTPTool | MCPWebsocketTool


class Copies:
    """Copies what is of the framework or derived from it, each once, with what it holds: containers, and functions
    that name another of these. Whatever else is the user's stays the same and is shared, as do connected servers.

    `client(original)` gives what stands for a client of a model. `servers` are the servers that were copied.
    """

    def __init__(self, client: Callable[[Any], Any]) -> None:
        self.servers: list[McpTool] = []
        self._client = client
        self._made: dict[int, tuple[Any, Any]] = {}

    def of(self, value: Any) -> Any:
        """The copy of a value, or the value itself where it is shared."""
        if id(value) in self._made:
            return self._made[id(value)][1]
        if isinstance(value, BaseChatClient):
            return self._use(value, self._client(value))
        if isinstance(value, OF_A_LOOP):
            return self._use(value, type(value)())
        if is_ours(value):
            return self._object(value)
        if type(value) in CONTAINERS:
            return self._container(value)
        if isinstance(value, (FunctionType, MethodType, partial)) and _names_ours(value, set()):
            return self._callable(value)
        return value

    def _use(self, original: Any, replacement: Any) -> Any:
        self._made[id(original)] = (original, replacement)  # the original too, so that no other gets its id
        return replacement

    def _object(self, value: Any) -> Any:
        if isinstance(value, McpTool) and value.is_connected:
            return value
        seen = self._use(value, copy.copy(value))
        if seen is value:  # one of a kind
            return value
        for name, held in vars(value).items():
            vars(seen)[name] = self.of(held)
        if isinstance(seen, McpTool):
            self.servers.append(seen)
        if isinstance(seen, AgentSession):
            seen._session_id = str(uuid4())  # under another, a store would remember the turns before
        return seen

    def _container(self, value: Any) -> Any:
        if isinstance(value, tuple):
            return self._use(value, tuple(map(self.of, value)))
        seen = self._use(value, copy.copy(value))
        seen.clear()
        if isinstance(value, dict):
            seen.update({self.of(key): self.of(held) for key, held in value.items()})
        elif isinstance(value, set):
            seen.update(map(self.of, value))
        else:
            seen.extend(map(self.of, value))
        return seen

    def _callable(self, value: Any) -> Any:
        if isinstance(value, MethodType):
            return MethodType(value.__func__, self.of(value.__self__))
        if isinstance(value, partial):
            return partial(self.of(value.func), *map(self.of, value.args), **self.of(value.keywords))
        return self._function(value)

    def _function(self, value: FunctionType) -> FunctionType:
        """The function with copies in what it closes over, and in place of the globals that it names."""
        named = {name: self.of(held) for name, held in _globals(value) if is_ours(held)}
        namespace = {**value.__globals__, **named} if named else value.__globals__
        cells = tuple(map(self._cell, value.__closure__ or ()))
        seen = FunctionType(value.__code__, namespace, value.__name__, value.__defaults__, cells or None)
        seen.__kwdefaults__, seen.__qualname__, seen.__doc__ = value.__kwdefaults__, value.__qualname__, value.__doc__
        seen.__module__, seen.__annotations__ = value.__module__, value.__annotations__
        vars(seen).update(vars(value))
        return self._use(value, seen)  # type: ignore[no-any-return]

    def _cell(self, cell: CellType) -> CellType:
        if id(cell) not in self._made and _names_ours(cell, set()):
            self._use(cell, CellType()).cell_contents = self.of(cell.cell_contents)
        return self._made.get(id(cell), (cell, cell))[1]  # type: ignore[no-any-return]


def is_ours(value: Any) -> bool:
    """Whether it is an object of the framework, or of a class derived from one of its own."""
    if isinstance(value, type) or not hasattr(value, "__dict__"):
        return False
    return any(kind.__module__.startswith(FRAMEWORK) for kind in type(value).__mro__)


def _names_ours(value: Any, seen: set[int]) -> bool:
    if is_ours(value):
        return True
    if id(value) in seen:
        return False
    seen.add(id(value))
    return any(_names_ours(inside, seen) for inside in _insides(value))


def _insides(value: Any) -> Iterator[Any]:
    if isinstance(value, FunctionType):
        yield from value.__closure__ or ()
        yield from (held for _, held in _globals(value) if is_ours(held))
    elif isinstance(value, MethodType):
        yield value.__self__
    elif isinstance(value, partial):
        yield from (value.func, *value.args, *value.keywords.values())
    elif isinstance(value, CellType):
        yield from _contents(value)
    elif isinstance(value, Mapping):
        yield from value.values()
    elif type(value) in CONTAINERS:
        yield from value


def _contents(cell: CellType) -> tuple[Any, ...]:
    try:
        return (cell.cell_contents,)
    except ValueError:  # nothing was ever put into it
        return ()


def _globals(function: FunctionType) -> Iterator[tuple[str, Any]]:
    """The globals that a function of the user's names, with those that its inner functions name."""
    codes = [] if (function.__module__ or "").startswith(FRAMEWORK) else [function.__code__]
    while codes:
        code = codes.pop()
        yield from ((name, function.__globals__[name]) for name in code.co_names if name in function.__globals__)
        codes.extend(inner for inner in code.co_consts if isinstance(inner, CodeType))
