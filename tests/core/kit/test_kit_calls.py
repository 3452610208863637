"""Calls of tools come in pairs, whatever becomes of them."""

from contextlib import suppress

import pytest
from massgen_hub.kit import ToolCalls
from massgen_hub.testing import RecordingHost


@pytest.fixture
def host():
    return RecordingHost()


def told(host):
    return [(one.kind, one.id, one.name, one.text) for one in host.activities]


def test_each_call_is_noted_once_and_has_one_result(host):
    calls = ToolCalls(host)
    for _ in range(2):  # it waits for a person in between
        calls.called("1", "add", "{}")
    for _ in range(2):
        calls.gave("1", "5")
    assert told(host) == [("call", "1", "add", "{}"), ("result", "1", "add", "5")]


def test_what_was_not_noted_has_no_result(host):
    calls = ToolCalls(host)
    calls.gave("1", "recorded")
    assert told(host) == []


def test_a_tool_that_fails_has_a_result_too(host):
    calls = ToolCalls(host)
    calls.called("1", "add", "{}")
    calls.failed("1", ValueError("no ink"))
    assert host.activities[1].text == "ValueError: no ink"


@pytest.mark.parametrize(("failure", "said"), [(KeyboardInterrupt(), "KeyboardInterrupt"), (None, "")])
def test_with_the_end_of_the_turn_every_tool_has_ended(host, failure, said):
    with suppress(KeyboardInterrupt), ToolCalls(host) as calls:
        calls.called("1", "add", "{}")
        if failure:
            raise failure
    calls.gave("1", "too late")
    assert told(host)[1:] == [("result", "1", "add", said)]
