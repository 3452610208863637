"""`massgen-hub runs bias`, and what `show` says about one run."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from harness import play
from massgen_hub.cli.bias import remarks
from massgen_hub.consensus import Answer

ROOT = Path(__file__).parents[2]


def hub(*arguments, folder):
    return subprocess.run(
        [sys.executable, "-m", "massgen_hub", *map(str, arguments)],
        capture_output=True, text=True, cwd=folder, env={**os.environ, "NO_COLOR": "1"}, timeout=120,
    )  # fmt: skip


@pytest.fixture(scope="module")
def voted(tmp_path_factory):
    """A folder with the records of two votes."""
    folder = tmp_path_factory.mktemp("voted")
    for seed in (1, 2):
        hub("run", "-q", "-c", ROOT / "configs" / "scripted.yaml", "--seed", seed, "?", folder=folder)
    return folder


def test_it_reports_over_all_records(voted):
    done = hub("runs", "bias", folder=voted)
    assert done.returncode == 0
    for part in (
        "6 ballots",
        "too few ballots to tell whether the place matters; 15 would do",
        "own answers: put first",
    ):
        assert part in done.stdout


@pytest.mark.parametrize("arguments", [("bias", "--runs"), ("--runs",)], ids=["of the verb", "of the group"])
def test_the_folder_may_be_given_before_or_after_the_verb(voted, tmp_path, arguments):
    folder = voted / ".massgen-hub" / "runs"
    given = [*arguments, folder] if "bias" in arguments else [*arguments, folder, "bias"]
    told = json.loads(hub("runs", *given, "--json", folder=tmp_path).stdout)
    assert (told["ballots"], told["places"]["p"]) == (6, None)


def test_a_damaged_record_is_told_and_left_out(voted, tmp_path):
    (tmp_path / "runs" / "broken").mkdir(parents=True)
    (tmp_path / "runs" / "broken" / "events.jsonl").write_text("[]\n{}\n")
    done = hub("runs", "bias", "--runs", "runs", folder=tmp_path)
    assert done.returncode == 0
    assert "left out: " in done.stderr
    assert "no ballots in runs" in done.stdout


def test_listing_the_runs_still_needs_no_verb(voted):
    assert len(json.loads(hub("runs", "--json", folder=voted).stdout)) == 2


def voters(behaviour, count=24):
    def agent(text):
        return lambda kind, texts: Answer(text=text) if kind == "draft" else behaviour(texts)

    return {f"agent-{number}": agent("even" if number % 2 else "odd") for number in range(count)}


def test_one_run_is_remarked_on_where_chance_hardly_explains_it():
    state, _ = play(voters(lambda texts: list(texts.values())), refine=0, gate="off")
    [remark] = remarks(state)
    assert remark.startswith("place: chance hardly explains this (p = ")


def test_one_run_in_which_content_decides_is_not():
    state, _ = play(voters(lambda texts: sorted(texts.values())), refine=0, gate="off")
    assert remarks(state) == []


def test_show_says_nothing_about_bias_where_there_is_nothing_to_say(voted):
    assert "chance" not in hub("show", folder=voted).stdout
