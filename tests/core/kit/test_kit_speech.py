"""Streaming the messages of a turn."""

import pytest
from massgen_hub.kit import Speech, Voices


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


@pytest.fixture
def voices(said):
    return Voices(lambda text, part: said.append((part, text)))


def test_messages_that_are_said_at_once_are_parts_of_their_own(voices, said):
    for message, piece in (("a", "one "), ("b", "two "), ("a", "one"), ("b", "two"), ("c", "")):
        voices.add(message, piece)
    voices.finish("two two")
    assert said == [(0, "one "), (1, "two "), (0, "one"), (1, "two")]


def test_a_reply_that_is_not_the_message_that_began_last_is_said_as_a_whole(voices, said):
    for message, piece in (("a", "one "), ("b", "two"), ("a", "one")):
        voices.add(message, piece)
    voices.finish("one one")
    assert said[-1] == (2, "one one")
