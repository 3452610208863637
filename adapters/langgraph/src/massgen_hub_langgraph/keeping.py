"""How the state of a graph is kept while a question is asked."""

from __future__ import annotations

from collections import defaultdict
from typing import Any


class ByReference:
    """A serialiser that does not serialise: what it keeps lives for one turn, and may be a client or an open file.

    Containers are copied all the same, because LangGraph goes on to change the ones that it has stored.
    """

    def dumps_typed(self, value: Any) -> tuple[str, Any]:
        """The value, of no type in particular."""
        return "reference", _copied(value)

    def loads_typed(self, stored: tuple[str, Any]) -> Any:
        """The value again."""
        return _copied(stored[1])


def _copied(value: Any) -> Any:
    if type(value) in (dict, defaultdict):
        return {key: _copied(part) for key, part in value.items()}
    if type(value) in (list, tuple, set):
        return type(value)(_copied(part) for part in value)
    return value
