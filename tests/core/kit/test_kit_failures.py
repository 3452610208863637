"""Telling a passing failure from a lasting one."""

import httpx
import pytest
from massgen_hub.kit import causes, is_transient, unfinished


class Refused(Exception):
    """As clients of models raise it."""

    def __init__(self, **about):
        super().__init__("refused")
        vars(self).update(about)


@pytest.mark.parametrize(
    ("about", "passing"),
    [
        ({"status_code": 429}, True),
        ({"status_code": 400, "type": "server_error"}, False),
        ({"type": "upstream_broken"}, True),
        ({"type": "invalid_request_error"}, False),
        ({"transient": True}, True),
        ({}, False),
    ],
)
def test_a_failure_passes_by_its_status_or_in_a_stream_by_its_type(about, passing):
    assert is_transient(Refused(**about)) is passing


@pytest.mark.parametrize("kind", [httpx.ConnectTimeout, httpx.ReadTimeout, httpx.WriteTimeout, httpx.WriteError])
def test_time_outs_of_the_hub_s_own_client_pass(kind):
    assert is_transient(kind("no answer"))


def test_what_a_failure_was_raised_from_counts():
    failure = RuntimeError("the framework failed")
    failure.__cause__ = ConnectionResetError()
    assert is_transient(failure)
    assert [type(cause) for cause in causes(failure)] == [RuntimeError, ConnectionResetError]


def test_an_agent_that_is_not_done_names_what_bounds_it():
    failure = unfinished(6, "max_turns")
    assert (str(failure.message), failure.hint) == (
        "after 6 replies the agent still called tools and had said nothing",
        "raise `max_turns`",
    )
