"""What an agent says in a turn, message by message."""

from __future__ import annotations

from collections.abc import Callable


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
