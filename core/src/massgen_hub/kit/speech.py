"""What an agent says in a turn, message by message."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable


class Speech:
    """Streams the messages of a turn, each a part of its own; a message without text takes no part.

    `last` is the text of the last message that was said.
    """

    def __init__(self, say: Callable[[str, int], None]) -> None:
        self._say, self._part = say, 0
        self._heard, self._said = "", 0
        self.last = ""

    def add(self, piece: str) -> None:
        """The model said a piece of a message."""
        self._heard += piece
        self._say_to(self._certain(self._heard))

    def end(self) -> None:
        """The message is complete."""
        self._say_to(self._kept(self._heard))
        if self._said:
            self.last = self._heard[: self._said]
            self._part += 1
        self._heard, self._said = "", 0

    def finish(self, text: str) -> None:
        """The turn's reply is `text`: said as a whole where it is not what was streamed last."""
        self.end()
        if text != self.last:
            self._say(text, self._part)

    def _say_to(self, end: int) -> None:
        if end > self._said:
            self._say(self._heard[self._said : end], self._part)
            self._said = end

    def _certain(self, heard: str) -> int:
        """How much of an unfinished message is surely part of it, for subclasses that hold some back."""
        return len(heard)

    def _kept(self, heard: str) -> int:
        """How much of a finished message is part of it."""
        return len(heard)


class Voices:
    """Streams messages that may be said at once, from several threads, each as a part of its own."""

    def __init__(self, say: Callable[[str, int], None]) -> None:
        self._say, self._parts = say, dict[Hashable, int]()
        self._last, self._lock = list[str](), threading.Lock()

    def add(self, message: Hashable, piece: str) -> None:
        """A piece of a message; `message` tells it from the others."""
        if not piece:
            return
        with self._lock:
            if message not in self._parts:
                self._parts[message], self._last = len(self._parts), []
            part = self._parts[message]
            if part == len(self._parts) - 1:
                self._last.append(piece)
            self._say(piece, part)

    def finish(self, text: str) -> None:
        """The turn's reply is `text`: said as a whole where it is not the message that began last."""
        if text != "".join(self._last):
            self._say(text, len(self._parts))
