"""Where a failure comes from, as the record tells it."""

import json
from pathlib import Path

import pytest
from massgen_hub.errors import ConfigError, TurnError
from massgen_hub.kit import traceback_of


def caught(function, *arguments):
    try:
        function(*arguments)
    except Exception as failure:
        return failure


def parses(text):
    json.loads(text)


def refuses(text):
    try:
        parses(text)
    except ValueError as failure:
        raise TurnError("that is no JSON") from failure


def sinks(depth):
    return sinks(depth - 1) if depth else 1 / 0


def test_the_innermost_frame_comes_last_before_what_was_said():
    *_, where, code, said = traceback_of(caught(parses, "x")).splitlines()
    assert where.startswith(f'  File "{Path(json.__file__).parent / "decoder.py"}", line ')
    assert where.endswith(", in raw_decode")
    assert code.startswith("    raise JSONDecodeError(")
    assert said == "JSONDecodeError: Expecting value: line 1 column 1 (char 0)"


def test_what_a_failure_was_raised_from_comes_first():
    def wraps():
        try:
            parses("x")
        except ValueError as failure:
            raise RuntimeError("the framework failed") from failure

    said = [line for line in traceback_of(caught(wraps)).splitlines() if not line.startswith(" ")]
    assert [line.partition(":")[0] for line in said] == ["JSONDecodeError", "RuntimeError"]


def test_a_group_tells_where_the_last_exception_in_it_comes_from():
    said = traceback_of(ExceptionGroup("all failed", [caught(sinks, 0), caught(parses, "x")]))
    assert "in raw_decode" in said
    assert said.splitlines()[-1] == "ExceptionGroup: all failed (2 sub-exceptions)"


def test_an_error_of_the_hub_tells_what_it_stands_for():
    told = traceback_of(caught(refuses, "x"))
    assert "in raw_decode" in told
    assert "that is no JSON" not in told


def test_an_error_of_the_hub_that_stands_for_nothing_says_all_by_itself():
    def refuses():
        raise ConfigError("no such model", hint="take another")

    assert traceback_of(caught(refuses)) == ""


def test_an_error_that_comes_from_a_worker_tells_what_was_raised_there():
    failure = TurnError("it failed")
    failure.traceback = "there"
    assert traceback_of(failure) == "there"


def test_of_a_deep_fall_the_end_is_told():
    told = traceback_of(caught(sinks, 500)).splitlines()
    assert len(told) <= 6 * 2 + 1
    assert told[-1] == "ZeroDivisionError: division by zero"


def test_of_a_long_message_the_beginning_is_told():
    assert len(traceback_of(ValueError("x" * 1_000_000))) == 300


def test_of_a_long_chain_the_end_is_told():
    failure = ValueError(0)
    for number in range(1, 50):
        outer = ValueError(number)
        outer.__cause__, failure = failure, outer
    assert traceback_of(failure).splitlines() == [f"ValueError: {number}" for number in range(45, 50)]


def test_what_is_installed_is_named_from_its_package_on():
    assert 'File "_pytest/' in traceback_of(caught(pytest.raises, "no class"))
