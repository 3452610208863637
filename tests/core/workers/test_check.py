"""`python -m massgen_hub.worker --check`: what an environment knows of adapters and their options."""

import json
import os
import subprocess
import sys
from importlib.metadata import version

import pytest


@pytest.fixture
def check(site):
    """Asks a worker's interpreter, with the small adapter installed there."""

    def ask(*questions):
        done = subprocess.run(
            [sys.executable, "-P", "-m", "massgen_hub.worker", "--check"], input=json.dumps(questions),
            capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(site)}, check=True,
        )  # fmt: skip
        return json.loads(done.stdout)

    return ask


def test_options_that_are_right_have_no_problems(check):
    [answer] = check({"adapter": "tiny", "options": {"greeting": "hi", "kill": True}})
    assert (answer["error"], answer["problems"]) == ("", [])
    assert (answer["distribution"], answer["version"]) == ("massgen-hub-tiny", "1.2.3")
    assert answer["versions"]["massgen-hub"] == version("massgen-hub")


def test_every_problem_is_told_with_its_path_and_what_is_known_there(check):
    [answer] = check({"adapter": "tiny", "options": {"greting": "hi", "kill": "perhaps"}})
    told = {tuple(problem["loc"]): problem for problem in answer["problems"]}
    assert told["kill",]["type"] == "bool_parsing"
    assert told["greting",]["type"] == "extra_forbidden"
    assert "greeting" in told["greting",]["names"]


def test_an_adapter_that_nobody_brings_is_told_beside_the_others(check):
    known, unknown = check({"adapter": "tiny", "options": {}}, {"adapter": "tinny", "options": {}})
    assert known["error"] == ""
    assert unknown["error"] == "no plugin here brings the adapter `tinny`"
    assert unknown["hint"] == "did you mean `tiny`?"


def test_what_an_adapter_prints_while_it_is_imported_is_no_answer(plugin):
    folder = plugin("loud", "print('{}]')\nimport sys\nsys.stdout.flush()\n")
    done = subprocess.run(
        [sys.executable, "-P", "-m", "massgen_hub.worker", "--check"], capture_output=True, text=True, check=True,
        input=json.dumps([{"adapter": "loud", "options": {}}]), env={**os.environ, "PYTHONPATH": str(folder)},
    )  # fmt: skip
    [answer] = json.loads(done.stdout)
    assert "loud" in answer["error"]
    assert "{}]" in done.stderr
