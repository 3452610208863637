"""What is around an agent during a turn: its model, and what runs the code that it writes."""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Any

from massgen_hub.contract import Usage
from smolagents import agglomerate_stream_deltas

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterator

    from massgen_hub.kit import ThreadedHost, Voices
    from smolagents import ChatMessage, ChatMessageStreamDelta, TokenUsage

MARKDOWN = ("```(?:python|py)", "\n```")
"""How code is marked for smolagents where its own tags are missing."""


@dataclass(frozen=True)
class Watch:
    """One turn, as all agents that take part in it know it. `allowed`: whether a piece of code may be run."""

    host: ThreadedHost
    voices: Voices
    stop: threading.Event
    allowed: Callable[[str], bool]
    numbers: Iterator[int] = field(default_factory=count)
    """Of messages and of runs."""


class Stopped(BaseException):
    """Ends an agent whose turn is over. No `Exception`, for smolagents would catch it and go on."""


class WatchedModel:
    """Behaves as `model`, tells what it says and what that cost, and says no more once the turn is over.

    `said` is the text of the last call. `failure` is why it failed, if it did: smolagents turns the failure of its
    very last one into an answer. With `streams` it is asked to say a message piece by piece; smolagents' own way
    would draw the whole message anew with each piece.
    """

    def __init__(self, model: Any, watch: Watch, *, streams: bool) -> None:
        self._model, self._watch, self._streams = model, watch, streams
        self.said, self.failure = "", None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)

    def generate(self, *arguments: Any, **options: Any) -> ChatMessage:
        """One call."""
        if self._streams:
            return agglomerate_stream_deltas(list(self.generate_stream(*arguments, **options)))
        with self._call():
            message = self._model.generate(*arguments, **options)
        self.said = message.content if isinstance(message.content, str) else ""
        self._report(message.token_usage)
        return message

    def generate_stream(self, *arguments: Any, **options: Any) -> Iterator[ChatMessageStreamDelta]:
        """One call, piece by piece; usage comes with any of them."""
        usage, pieces, number = None, [], next(self._watch.numbers)
        with self._call():
            for delta in self._model.generate_stream(*arguments, **options):
                self._go_on()
                usage = delta.token_usage or usage
                pieces.append(delta.content or "")
                self._watch.voices.add(number, pieces[-1])
                yield delta
        self.said = "".join(pieces)
        self._report(usage)

    def parse_tool_calls(self, message: ChatMessage) -> ChatMessage:
        """Tool calls that were written as text. Raises `ValueError` where a peer wrote them."""
        _, opening, rest = str(message.content).partition("{")
        inside, closing, _ = rest.rpartition("}")
        refuse_quotation(opening + inside + closing, self._watch.allowed)
        return self._model.parse_tool_calls(message)

    @contextmanager
    def _call(self) -> Iterator[None]:
        self._go_on()
        self.said, self.failure = "", None
        try:
            yield
        except Exception as failure:
            self.failure = failure
            raise

    def _go_on(self) -> None:
        if self._watch.stop.is_set():
            raise Stopped

    def _report(self, usage: TokenUsage | None) -> None:
        name = str(getattr(self._model, "model_id", None) or "")
        if usage is None or not usage.input_tokens:  # smolagents adds up what it was not told to 0
            self._watch.host.spend(Usage(model=name))
        else:
            self._watch.host.spend(Usage(input=usage.input_tokens, output=usage.output_tokens, model=name))


class OwnCode:
    """A `PythonExecutor` around another, which runs no block of a reply that `allowed` does not allow.

    smolagents puts all blocks together before it runs them, so what the model `said` is looked at.
    """

    def __init__(
        self, executor: Any, tags: tuple[str, str], model: WatchedModel, allowed: Callable[[str], bool]
    ) -> None:
        self._executor, self._tags, self._model, self._allowed = executor, tags, model, allowed

    def __getattr__(self, name: str) -> Any:
        return getattr(self._executor, name)

    def __call__(self, code: str) -> Any:
        """Run the code. Raises `ValueError` where a peer wrote it."""
        for block in (code, *self._blocks()):
            refuse_quotation(block, self._allowed)
        return self._executor(code)

    def _blocks(self) -> list[str]:
        reply = self._model.said + self._tags[1]  # a model stops before it
        for opening, closing in (self._tags, MARKDOWN):
            if found := re.findall(f"{opening}(.*?){closing}", reply, re.DOTALL):
                return found
        return []


def refuse_quotation(code: str, allowed: Callable[[str], bool]) -> None:
    """Raise `ValueError` where the code may not be run."""
    if not allowed(code):
        raise ValueError("not run: this is the code of another agent")
