"""Calls of tools, as they are reported to the hub."""

from __future__ import annotations

from typing import Literal, Self

from ..contract import Activity, Host
from .failures import described


class ToolCalls:
    """Notes calls of tools in pairs: every call once, and with one result, whatever becomes of it, in any thread.

    A context manager for as long as tools are called: those that have not ended with it have failed with it.
    """

    def __init__(self, host: Host) -> None:
        self._host = host
        self._open: dict[str, str] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _kind: object, failure: BaseException | None, _trace: object) -> None:
        self.end(failure)

    def called(self, call: str, name: str, arguments: str) -> None:
        """A tool is called, maybe again after it has waited for a person. `call` tells it from others."""
        if call not in self._open:
            self._open[call] = name
            self._note("call", name, call, arguments)

    def gave(self, call: str, result: str) -> None:
        """It gave a result. Of a call that was not noted, nothing is."""
        name = self._open.pop(call, None)
        if name is not None:
            self._note("result", name, call, result)

    def failed(self, call: str, failure: BaseException) -> None:
        """It failed, or was cancelled."""
        self.gave(call, described(failure))

    def end(self, failure: BaseException | None) -> None:
        """The turn is over; tools that have not ended by now have failed with it."""
        for call in list(self._open):
            self.gave(call, described(failure) if failure else "")

    def _note(self, kind: Literal["call", "result"], name: str, call: str, text: str) -> None:
        self._host.note(Activity(kind=kind, name=name, text=text, id=call))
