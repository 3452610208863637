"""Streaming the messages of a turn."""

import pytest
from massgen_hub.kit import Speech


@pytest.fixture
def said():
    return []


@pytest.fixture
def speech(said):
    return Speech(lambda text, part: said.append((part, text)))


def test_each_message_is_a_part_and_one_without_text_is_none(speech, said):
    for piece in ("Let me ", "look."):
        speech.add(piece)
    speech.end()
    speech.end()
    speech.add("Paris")
    speech.finish("Paris")
    assert said == [(0, "Let me "), (0, "look."), (1, "Paris")]


def test_a_reply_that_was_not_streamed_last_is_said_as_a_whole(speech, said):
    speech.add("Calling a tool.")
    speech.finish("Paris")
    assert said[-1] == (1, "Paris")
