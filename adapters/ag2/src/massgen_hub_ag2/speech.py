"""What an agent says in a turn: streamed message by message, and passed on as a reply."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping

from massgen_hub.contract import Reply
from massgen_hub.errors import TurnError

LONGEST_TAIL = 64
"""Characters at the end of a message that may turn out to be no part of it."""

_ENDING = "TERMINATE"
_beginnings = "|".join(_ENDING[:length] for length in range(len(_ENDING), 0, -1))
_may_end = re.compile(rf"\s*(?:(?<!\S)(?:{_beginnings})[.!]?\s*)?\Z")
_ends = re.compile(rf"\s*(?<!\S){_ENDING}[.!]?\s*\Z")


def without_ending(text: str) -> str:
    """A message without the word that ends a chat of classic AG2, which is no part of an answer."""
    return _ends.sub("", text)


def decision(text: str, arguments: Iterable[str]) -> Reply:
    """The reply with native arguments, in order. What is no JSON object is left to the hub's parser, as text."""
    native: list[Mapping[str, object]] = []
    rest = [text] if text else []
    for one in arguments:
        value = _json(one)
        if isinstance(value, Mapping):
            native.append(value)
        else:
            rest.append(one)
    return Reply(text="\n".join(rest), data=(native[0] if len(native) == 1 else native) or None)


def unfinished(turns: int) -> TurnError:
    """The failure of an agent that still calls its tools when its replies are used up."""
    what = f"after {turns} replies the agent still called tools and had said nothing"
    return TurnError(what, hint="raise `max_turns`")


def _json(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return None


class Speech:
    """Streams the messages of a turn, each a part of its own; a message without text takes no part."""

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
        if text != self.last:
            self._say(text, self._part)

    def _say_to(self, end: int) -> None:
        if end > self._said:
            self._say(self._heard[self._said : end], self._part)
            self._said = end

    def _certain(self, heard: str) -> int:
        """How much of an unfinished message is surely part of it."""
        return len(heard)

    def _kept(self, heard: str) -> int:
        """How much of a finished message is part of it."""
        return len(heard)


class ChatSpeech(Speech):
    """Holds back what may be the word that ends a chat of classic AG2."""

    def _certain(self, heard: str) -> int:
        tail = max(0, len(heard) - LONGEST_TAIL)
        found = _may_end.search(heard, tail)
        return found.start() if found else len(heard)

    def _kept(self, heard: str) -> int:
        return len(without_ending(heard))
