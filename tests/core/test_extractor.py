"""The user's own function that says what makes answers equal."""

import asyncio
import sys

import pytest
from massgen_hub import ConfigError, Hub, Registry
from massgen_hub.plugins import installed
from massgen_hub.record import find_run, read_events, state_of

MODULE = """
def digits(text):
    return "".join(char for char in text if char.isdigit()) or None

def value(text):
    return float(text) if "." in text else int(text)

def broken(text):
    raise KeyError("total")

def listed(text):
    return [text]

async def waiting(text):
    return text

constant = 3
"""


@pytest.fixture
def core():
    return Registry(point for point in installed() if point.name == "builtin")


@pytest.fixture
def config(tmp_path, monkeypatch):
    """A config file whose agents answer as told, beside the module of this test."""
    name = f"rules_of_{tmp_path.name}"
    (tmp_path / f"{name}.py").write_text(MODULE)

    def written(function, *answers):
        agents = "".join(f"  - {{type: scripted, answer: '{answer}'}}\n" for answer in answers)
        path = tmp_path / "council.yaml"
        path.write_text(f"consensus: {{answer: '{name}:{function}', gate: plurality, refine: 0}}\nagents:\n{agents}")
        return path

    monkeypatch.setattr(sys, "path", [*sys.path])
    return written


def play(path, core, runs=None):
    told = []
    hub = Hub(path, runs=runs, registry=core, seed=1)
    return asyncio.run(hub.run("?", watch=told.append)), told


def test_it_decides_which_answers_are_equal(config, core):
    verdict, _ = play(config("digits", "It is 42.", "forty-two, that is 42", "41"), core)
    assert (verdict.authors, verdict.by) == (("scripted-1", "scripted-2"), "gate")


def test_where_it_finds_nothing_the_texts_are_compared(config, core):
    verdict, _ = play(config("digits", "Paris", "paris.", "Rome"), core)
    assert verdict.authors == ("scripted-1", "scripted-2")


def test_the_numbers_that_it_returns_are_compared_by_their_values(config, core):
    verdict, _ = play(config("value", "1", "1.0", "2"), core)
    assert verdict.authors == ("scripted-1", "scripted-2")


@pytest.mark.parametrize(
    ("function", "why"), [("broken", "KeyError: 'total'"), ("listed", "it returned a `list`, not a text")]
)
def test_one_that_fails_is_reported_and_the_texts_are_compared(config, core, function, why):
    verdict, told = play(config(function, "Paris", "paris", "Rome"), core)
    failures = [event.data for event in told if event.type == "extractor_failed"]
    assert len(failures) == 3
    assert all(why in failure["message"] for failure in failures)
    assert verdict.authors == ("scripted-1", "scripted-2")


def test_the_record_folds_without_it(config, core, tmp_path):
    path = config("digits", "It is 42.", "42", "41")
    verdict, _ = play(path, core, runs=tmp_path / "runs")
    for module in tmp_path.glob("*.py"):
        module.unlink()
    state = state_of(read_events(find_run(tmp_path / "runs", "last")))
    assert state.verdict == verdict
    assert sorted(len(one.members) for one in state.candidates().values()) == [1, 2]


@pytest.mark.parametrize(
    ("function", "what"),
    [("constant", "is a `int`, not a function"), ("waiting", "is asynchronous"), ("missing", "there is no `missing`")],
)
def test_what_is_no_such_function_is_an_error_that_names_the_config(config, core, function, what):
    path = config(function, "x")
    with pytest.raises(ConfigError) as caught:
        play(path, core)
    assert what in caught.value.message
    assert caught.value.message.startswith(f"{path}: consensus.answer: ")
    assert caught.value.hint
