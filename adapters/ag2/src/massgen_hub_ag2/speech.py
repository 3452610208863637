"""The word that ends a chat of classic AG2, which is no part of what is said."""

from __future__ import annotations

import re

from massgen_hub.kit import Speech

LONGEST_TAIL = 64
"""Characters at the end of a message that may turn out to be no part of it."""

_ENDING = "TERMINATE"
_beginnings = "|".join(_ENDING[:length] for length in range(len(_ENDING), 0, -1))
_may_end = re.compile(rf"\s*(?:(?<!\S)(?:{_beginnings})[.!]?\s*)?\Z")
_ends = re.compile(rf"\s*(?<!\S){_ENDING}[.!]?\s*\Z")


def without_ending(text: str) -> str:
    """A message without the word that ends a chat of classic AG2."""
    return _ends.sub("", text)


class ChatSpeech(Speech):
    """Holds back what may be the word that ends a chat of classic AG2."""

    def _certain(self, heard: str) -> int:
        tail = max(0, len(heard) - LONGEST_TAIL)
        found = _may_end.search(heard, tail)
        return found.start() if found else len(heard)

    def _kept(self, heard: str) -> int:
        return len(without_ending(heard))
