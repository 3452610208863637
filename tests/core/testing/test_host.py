"""The recording host and the turns of the testing kit."""

from __future__ import annotations

import asyncio

import pytest
from massgen_hub.contract import Question
from massgen_hub.errors import NotAvailable
from massgen_hub.testing import RecordingHost, decide, draft, vote


def test_the_text_is_what_was_said_as_the_last_part():
    host = RecordingHost()
    for part, text in ((0, "Let me "), (1, "It "), (0, "see."), (1, "is 5.")):
        host.say(text, part)
    assert host.text == "It is 5."


def test_a_host_without_answers_answers_nothing():
    host = RecordingHost()
    with pytest.raises(NotAvailable):
        asyncio.run(host.ask(Question(text="May I?")))
    assert host.questions == [Question(text="May I?")]


def test_answers_are_given_in_order():
    host = RecordingHost(answers=["yes", "no"])
    assert [asyncio.run(host.ask(Question(text="May I?"))) for _ in range(2)] == ["yes", "no"]


def test_a_host_has_no_tools():
    with pytest.raises(NotAvailable, match="no tool `search`"):
        asyncio.run(RecordingHost().call("search", {}))


def test_a_draft_has_no_schema_and_a_vote_has_its_labels():
    assert draft().schema is None
    assert vote().schema["properties"]["ranking"]["items"]["enum"] == ["A", "B"]


def test_a_decision_allows_a_better_answer():
    assert "answer" in decide().schema["anyOf"][1]["properties"]


def test_fields_of_a_turn_may_be_given():
    assert vote(agent="bob", round=3, repair="no JSON").repair == "no JSON"
