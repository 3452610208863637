"""The word that ends a chat is neither said nor answered, however it comes in pieces."""

from __future__ import annotations

from itertools import combinations_with_replacement

import pytest
from massgen_hub_ag2.speech import ChatSpeech, without_ending

TEXTS = ("Done.\n\nTERMINATE", "Done. TERMINATE. \n", "TERMINATE", "T TERM\nTERMINATED", "To the TERMINUS ", " \n TERM")


class Heard:
    def __init__(self) -> None:
        self.parts: dict[int, str] = {}

    def say(self, text: str, part: int) -> None:
        self.parts[part] = self.parts.get(part, "") + text


def spoken(pieces: list[str]) -> tuple[Heard, ChatSpeech]:
    heard = Heard()
    speech = ChatSpeech(heard.say)
    for piece in pieces:
        speech.add(piece)
    speech.end()
    return heard, speech


@pytest.mark.parametrize("text", TEXTS)
def test_however_it_is_cut_the_pieces_join_to_the_message_without_its_ending(text) -> None:
    for first, second in combinations_with_replacement(range(len(text) + 1), 2):
        heard, speech = spoken([text[:first], text[first:second], text[second:]])
        assert "".join(heard.parts.values()) == without_ending(text) == speech.last


@pytest.mark.parametrize("text", ["Done.\n\nTERMINATE", "Done. TERMINATE.", "Done.\nTERMINATE \n"])
def test_the_ending_goes_with_the_white_space_before_it(text) -> None:
    assert without_ending(text) == "Done."


@pytest.mark.parametrize("text", ["It says TERMINATE twice", "UNTERMINATE", "Terminate", "a\n"])
def test_the_word_elsewhere_stays(text) -> None:
    assert without_ending(text) == text


def test_a_word_that_only_begins_like_the_ending_is_said() -> None:
    heard, _ = spoken(["vitamin T", "ERM", "INUS"])
    assert heard.parts == {0: "vitamin TERMINUS"}
