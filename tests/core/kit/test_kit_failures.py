"""Telling a passing failure from a lasting one."""

import httpx
import pytest
from massgen_hub.kit import causes, described, is_transient, refuses_tools, retry_after, unfinished


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
        ({"code": 503}, True),
        ({"status_code": 429, "code": "insufficient_quota"}, False),
        ({"status_code": 429, "type": "insufficient_quota"}, False),
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


def test_a_quota_that_is_used_up_lasts_whatever_the_framework_makes_of_it():
    failure = Refused(status_code=429)
    failure.__cause__ = Refused(status_code=429, code="insufficient_quota")
    assert not is_transient(failure)


def test_the_failures_of_a_group_count_each_for_itself():
    outer, busy = RuntimeError("all models failed"), Refused(status_code=503, retry_after=7)
    outer.__cause__ = ExceptionGroup("two", [Refused(status_code=429, code="insufficient_quota"), busy])
    assert [type(cause) for cause in causes(outer)] == [RuntimeError, ExceptionGroup, Refused, Refused]
    assert (is_transient(outer), retry_after(outer)) == (True, 7)


def test_a_group_that_was_raised_from_one_of_its_own_ends():
    inner = ValueError("no")
    group = ExceptionGroup("one", [inner])
    group.__context__, inner.__context__ = inner, group
    assert list(causes(group)) == [group, inner]


@pytest.mark.parametrize(("status", "refuses"), [(400, True), (404, True), (422, True), (401, False), (429, False)])
def test_a_server_that_knows_no_tools_refuses_the_request(status, refuses):
    failure = RuntimeError("the framework failed")
    failure.__cause__ = Refused(status_code=status)
    assert refuses_tools(failure) is refuses


@pytest.mark.parametrize(
    ("failure", "said"),
    [
        (ValueError("no ink"), "ValueError: no ink"),
        (TimeoutError(), "TimeoutError"),
        (ExceptionGroup("two", [KeyError("a"), ValueError("b")]), "KeyError: 'a'; ValueError: b"),
    ],
)
def test_a_failure_is_described_by_its_name_and_its_words(failure, said):
    assert described(failure) == said


def test_an_agent_that_is_not_done_names_what_bounds_it():
    failure = unfinished(6, "max_turns")
    assert (str(failure.message), failure.hint) == (
        "after 6 replies the agent still called tools and had said nothing",
        "raise `max_turns`",
    )
    assert unfinished(6, "").hint == "give it fewer tools, or a model that stops in time"
