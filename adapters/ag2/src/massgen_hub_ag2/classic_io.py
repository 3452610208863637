"""Where classic AG2 prints, streams and asks: to the hub."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from autogen.events.agent_events import ExecutedFunctionEvent, ExecuteFunctionEvent, GroupChatRunChatEvent, TextEvent
from autogen.events.client_events import StreamEvent
from massgen_hub.contract import Activity, Question
from massgen_hub.errors import NotAvailable
from massgen_hub.kit import ThreadedHost, usage_of

from .speech import ChatSpeech

NOBODY = 'make the agent that asks with `human_input_mode="NEVER"`, or answer where the hub runs on a terminal'


def quiet() -> None:
    """Take the handler that writes to stdout from AG2's client, and let its other warnings not end on stderr."""
    logging.getLogger("autogen.oai.client").handlers.clear()
    log = logging.getLogger("autogen")
    if not log.handlers:
        log.addHandler(logging.NullHandler())


class Stopped(Exception):  # noqa: N818
    """The hub no longer waits for this turn."""


class TurnStream:
    """AG2's `IOStream` for one turn, used from the turn's own threads. Nothing reaches stdout or reads stdin."""

    def __init__(self, host: ThreadedHost) -> None:
        self._host, self._speaking, self._stopped = host, False, False
        self._last: dict[str, str] = {}
        self.speech = ChatSpeech(host.say)

    def stop(self) -> None:
        """End the turn at the next event, and its wait for a person: a thread cannot be cancelled."""
        self._stopped = True
        self._host.stop_waiting()

    def go_on(self) -> None:
        """Raise `Stopped` where nobody waits any more."""
        if self._stopped:
            raise Stopped

    def note(self, activity: Activity) -> None:
        """Report what the agent does, before it does more."""
        self.go_on()
        self._host.note(activity)

    @contextmanager
    def message(self, *, aloud: bool = True) -> Iterator[None]:
        """One call of a model that the hub knows of, whose words are said if it is `aloud`."""
        self.go_on()
        self._speaking = aloud
        try:
            yield
        finally:
            self._speaking = False
        self.speech.end()

    def spend(self, response: Any) -> None:
        """Report the usage of one call. AG2 counts 0 where it was told nothing."""
        used = usage_of(getattr(response, "usage", None), getattr(response, "model", None) or "")
        self._host.spend(replace(used, cost=getattr(response, "cost", None) or None))

    def send(self, event: Any) -> None:
        """Take an event of AG2."""
        self.go_on()
        if isinstance(event, StreamEvent):
            if self._speaking:
                self.speech.add(_inside(event).content)
        elif isinstance(event, ExecuteFunctionEvent):
            self._call(_inside(event))
        elif isinstance(event, ExecutedFunctionEvent):
            self._result(_inside(event))
        elif isinstance(event, TextEvent):
            self._last = {"agent": _inside(event).sender, "said": str(_inside(event).content)}
        elif isinstance(event, GroupChatRunChatEvent):
            self.note(Activity(kind="info", name=_inside(event).speaker, text="speaks"))

    def print(self, *_values: object, **_how: object) -> None:
        """Print nothing: what matters comes as an event."""

    def input(self, prompt: str = "", **_how: object) -> str:
        """Put the question to the hub, with what was said last. Raises `NotAvailable` where nobody can answer."""
        try:
            return self.choose(prompt, ())
        except NotAvailable as nobody:
            raise NotAvailable(nobody.message, hint=NOBODY) from nobody

    def choose(self, prompt: str, choices: Sequence[str]) -> str:
        """The same for a question with a few answers."""
        self.go_on()
        return self._host.ask_and_wait(Question(text=prompt, choices=tuple(choices), data=self._last or None))

    def _call(self, event: Any) -> None:
        call, arguments = event.call_id or event.func_name, json.dumps(event.arguments, default=str)
        self.note(Activity(kind="call", name=event.func_name, text=arguments, id=call))

    def _result(self, event: Any) -> None:
        call = event.call_id or event.func_name
        self.note(Activity(kind="result", name=event.func_name, text=str(event.content), id=call))


def _inside(event: Any) -> Any:
    """AG2 wraps its events at run time, which their types do not say."""
    return event.content
