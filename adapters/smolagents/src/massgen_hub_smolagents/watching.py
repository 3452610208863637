"""The model of an agent during a turn."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from massgen_hub.contract import Usage

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterator

    from smolagents import ChatMessage, ChatMessageStreamDelta, TokenUsage


class Stopped(BaseException):
    """Ends an agent whose turn is over. No `Exception`, for smolagents would catch it and go on."""


class WatchedModel:
    """Behaves as `model`, reports what each call cost, and makes no call once `stop` is set.

    `failure` is why the last call failed, if it did: smolagents turns the failure of its very last one into an answer.
    """

    def __init__(self, model: Any, spend: Callable[[Usage], None], stop: threading.Event) -> None:
        self._model, self._spend, self._stop = model, spend, stop
        self.failure: Exception | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)

    def generate(self, *arguments: Any, **options: Any) -> ChatMessage:
        """One call."""
        with self._call():
            message = self._model.generate(*arguments, **options)
        self._report(message.token_usage)
        return message

    def generate_stream(self, *arguments: Any, **options: Any) -> Iterator[ChatMessageStreamDelta]:
        """One call, piece by piece; usage comes with the last."""
        usage = None
        with self._call():
            for delta in self._model.generate_stream(*arguments, **options):
                usage = delta.token_usage or usage
                yield delta
        self._report(usage)

    @contextmanager
    def _call(self) -> Iterator[None]:
        if self._stop.is_set():
            raise Stopped
        self.failure = None
        try:
            yield
        except Exception as failure:
            self.failure = failure
            raise

    def _report(self, usage: TokenUsage | None) -> None:
        name = str(getattr(self._model, "model_id", None) or "")
        if usage is None or not usage.input_tokens:  # smolagents adds up what it was not told to 0
            self._spend(Usage(model=name))
        else:
            self._spend(Usage(input=usage.input_tokens, output=usage.output_tokens, model=name))
