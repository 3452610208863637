"""Where classic AG2 prints, streams and asks: to the hub."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from autogen.events.agent_events import ExecutedFunctionEvent, ExecuteFunctionEvent
from autogen.events.client_events import StreamEvent
from massgen_hub.contract import Activity, Question, Usage
from massgen_hub.kit import ThreadedHost

from .speech import ChatSpeech


def quiet() -> None:
    """Take the handler that writes to stdout from AG2's client: its warnings go where those of others go."""
    logging.getLogger("autogen.oai.client").handlers.clear()


class Stopped(Exception):  # noqa: N818
    """The hub no longer waits for this turn."""


class TurnStream:
    """AG2's `IOStream` for one turn, used from the turn's own threads. Nothing reaches stdout or reads stdin."""

    def __init__(self, host: ThreadedHost) -> None:
        self._host, self._speaking, self._stopped = host, False, False
        self.speech = ChatSpeech(host.say)

    def stop(self) -> None:
        """End the turn at the next event: a thread cannot be cancelled."""
        self._stopped = True

    def go_on(self) -> None:
        """Raise `Stopped` where nobody waits any more."""
        if self._stopped:
            raise Stopped

    def note(self, activity: Activity) -> None:
        """Report what the agent does, before it does more."""
        self.go_on()
        self._host.note(activity)

    @contextmanager
    def message(self) -> Iterator[None]:
        """One call of the agent's own model; what other agents stream meanwhile is not the agent's."""
        self.go_on()
        self._speaking = True
        try:
            yield
        finally:
            self._speaking = False
        self.speech.end()

    def spend(self, response: Any) -> None:
        """Report the usage of one call. AG2 counts 0 where it was told nothing."""
        usage = getattr(response, "usage", None)
        used = Usage(
            input=getattr(usage, "prompt_tokens", None) or None,
            output=getattr(usage, "completion_tokens", None) or None,
            cost=getattr(response, "cost", None) or None,
            model=getattr(response, "model", None) or "",
        )
        self._host.spend(used)

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

    def print(self, *_values: object, **_how: object) -> None:
        """Print nothing: what matters comes as an event."""

    def input(self, prompt: str = "", **_how: object) -> str:
        """Put the question to the hub. Raises `NotAvailable` where nobody can answer."""
        return self._host.ask_and_wait(Question(text=prompt))

    def _call(self, event: Any) -> None:
        call, arguments = event.call_id or event.func_name, json.dumps(event.arguments, default=str)
        self.note(Activity(kind="call", name=event.func_name, text=arguments, id=call))

    def _result(self, event: Any) -> None:
        call = event.call_id or event.func_name
        self.note(Activity(kind="result", name=event.func_name, text=str(event.content), id=call))


def _inside(event: Any) -> Any:
    """AG2 wraps its events at run time, which their types do not say."""
    return event.content
