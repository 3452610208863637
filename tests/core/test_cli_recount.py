"""`recount`: a record gives its verdict again, or says what does not fit; and what other rules would have said."""

import asyncio
import json
import os
import subprocess
import sys

import pytest
from massgen_hub import Hub
from massgen_hub.cli.app import app
from massgen_hub.errors import RecordError
from typer.testing import CliRunner

VOTES = {
    "a": ("x", ["x", "y", "z"]), "b": ("y", ["y", "z", "x"]), "c": ("z", ["z", "y", "x"]), "d": ("w", ["x", "y", "z"]),
    "e": ("v", ["y", "x", "z"]), "f": ("u", ["x", "y", "z"]), "g": ("t", ["z", "y", "x"]),
}  # fmt: skip
"""`y` wins by places, `x` by first places."""
AGENTS = [{"id": id_, "type": "scripted", "answer": text, "votes": votes} for id_, (text, votes) in VOTES.items()]


def recorded(folder, agents=AGENTS, **consensus):
    """A run that is over; returns the path of its events."""
    config = {"agents": agents, "consensus": {"refine": 0, **consensus}}
    verdict = asyncio.run(Hub(config, seed=7, runs=folder).run("Which letter?"))
    return folder / verdict.run / "events.jsonl"


def recount(path, *options):
    """What `recount` says of a record, in this process."""
    arguments = ["recount", path.parent.name, "--runs", str(path.parents[1]), *options]
    return CliRunner(env={"COLUMNS": "160"}).invoke(app, arguments)


def edited(path, change):
    """Change the events of a record: `change` takes each and gives it back, or None to take it out."""
    events = [change(json.loads(line)) for line in path.read_text().splitlines()]
    path.write_text("".join(json.dumps(event) + "\n" for event in events if event))
    return path


def numbered_anew(path):
    """Whoever takes a line out can also hide the gap."""
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    path.write_text("".join(json.dumps({**line, "seq": number}) + "\n" for number, line in enumerate(lines, 1)))
    return path


def of_ballots(change):
    """Applied to the decisions that are ballots."""

    def apply(event):
        if event["type"] == "replied" and event["data"]["decision"]["kind"] == "ballot":
            change(event["data"]["decision"])
        return event

    return apply


def test_a_record_gives_its_verdict_and_what_other_rules_make_of_it(tmp_path):
    done = recount(recorded(tmp_path))
    assert done.exit_code == 0
    assert "the recorded verdict is reproduced: b wins" in done.stdout
    rows = {line.split()[0]: line.split() for line in done.stdout.splitlines() if line.strip()}
    assert rows["borda"][:3] == ["borda", "b", "yes"]
    assert rows["borda"][-3:] == ["the", "run's", "own"]
    assert rows["plurality"][:3] == ["plurality", "a", "yes"]
    assert rows["score"] == ["score", "not", "recorded"]


def test_one_rule_shows_its_whole_verdict(tmp_path):
    done = recount(recorded(tmp_path), "--rule", "plurality")
    assert done.exit_code == 0
    assert "a wins: plurality" in done.stdout
    assert "a is not counted: its only choice was its own answer" in done.stdout
    assert done.stdout.endswith("x\n")


def test_json_holds_every_verdict(tmp_path):
    told = json.loads(recount(recorded(tmp_path), "--json").stdout)
    assert (told["reproduced"], told["cut_off"], told["differences"], told["misread"]) == (True, False, {}, [])
    what_if = {row["rule"]: row for row in told["what_if"]}
    assert (what_if["borda"]["verdict"]["answer"], what_if["plurality"]["verdict"]["answer"]) == ("y", "x")
    assert (what_if["approval"]["why"], what_if["approval"]["verdict"]) == ("not recorded", None)


def test_json_of_one_rule_holds_that_one(tmp_path):
    told = json.loads(recount(recorded(tmp_path), "--json", "--rule", "irv").stdout)
    assert [row["rule"] for row in told["what_if"]] == ["irv"]


def test_ballots_that_were_called_off_are_told(tmp_path):
    agents = [
        {"id": f"a{n}", "type": "scripted", "answer": "xyz"[n % 3], "votes": list("xyz"), "seconds": 0.1 * (n > 4)}
        for n in range(7)
    ]
    done = recount(recorded(tmp_path, agents, gate="off"))
    rows = [line for line in done.stdout.splitlines() if "plurality" in line]
    assert "2 ballots missing" in rows[0]


@pytest.mark.parametrize("consensus", [{"rule": "score"}, {"rule": "approval"}, {"protocol": "council"}, {"refine": 1}])
def test_what_is_recorded_as_read_is_read_again_from_the_words(tmp_path, consensus):
    agents = [*AGENTS[:4], {**AGENTS[4], "refines": "better"}, {**AGENTS[5], "replies": ["u", "Hm.", "Well."]}]
    told = json.loads(recount(recorded(tmp_path, agents, **consensus), "--json").stdout)
    assert (told["reproduced"], told["misread"]) == (True, [])


def test_a_ballot_that_was_changed_is_told_with_its_voter(tmp_path):
    path = edited(recorded(tmp_path), of_ballots(lambda ballot: ballot["ranking"].reverse()))
    done = recount(path)
    assert done.exit_code == 1
    assert "not reproduced" in done.stdout
    assert "tally" in done.stdout
    assert "b, round 2: what is recorded as read is not what it said" in done.stdout


def test_a_reason_that_was_changed_is_told_though_it_moves_no_vote(tmp_path):
    path = edited(recorded(tmp_path), of_ballots(lambda ballot: ballot.update(reason="bribed", veto=[])))
    assert recount(path).exit_code == 1


def test_a_winner_that_was_swapped_is_told_with_both_values(tmp_path):
    def swap(event):
        if event["type"] == "ended":
            event["data"]["verdict"]["answer"] = "x"
        return event

    told = json.loads(recount(edited(recorded(tmp_path), swap), "--json").stdout)
    assert told["differences"] == {"answer": {"recorded": "x", "recounted": "y"}}
    assert told["reproduced"] is False


def test_a_line_that_was_taken_out_is_told(tmp_path):
    path = recorded(tmp_path)
    lines = path.read_text().splitlines(keepends=True)
    for number in range(len(lines) - 1):
        path.write_text("".join(lines[:number] + lines[number + 1 :]))
        assert isinstance(recount(path).exception, RecordError), number


def test_a_turn_that_was_taken_out_is_told_though_the_lines_are_numbered_anew(tmp_path):
    path = recorded(tmp_path)
    lines = path.read_text().splitlines(keepends=True)
    turns = [number for number, line in enumerate(lines) if json.loads(line)["type"] in ("turn_started", "replied")]
    for number in turns:
        path.write_text("".join(lines[:number] + lines[number + 1 :]))
        done = recount(numbered_anew(path))
        assert isinstance(done.exception, RecordError) or "not reproduced" in done.stdout, number


def test_a_run_that_was_cut_off_tells_what_stands_so_far(tmp_path):
    path = recorded(tmp_path)
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(lines[:-3]))
    done = recount(path)
    assert done.exit_code == 0
    assert "cut off: this is what stands so far" in done.stdout


def test_a_rule_that_the_ballots_do_not_tell_is_an_error_that_names_those_they_do(tmp_path):
    failure = recount(recorded(tmp_path), "--rule", "score").exception
    assert "its ballots do not hold what the rule reads" in failure.message
    assert "borda" in failure.hint


def test_a_rule_that_is_not_installed_is_not_recounted(tmp_path):
    def rename(event):
        if event["type"] == "run_started":
            event["data"]["settings"]["rule"] = "their_own"
        return event

    done = recount(edited(recorded(tmp_path), rename))
    assert done.exit_code == 2
    assert "the rule `their_own` is not installed" in done.stdout


def test_a_misspelt_rule_is_a_usage_error_with_a_hint(tmp_path):
    path = recorded(tmp_path)
    done = subprocess.run(
        [sys.executable, "-m", "massgen_hub", "recount", "--rule", "plurlity", "--runs", path.parents[1]],
        capture_output=True, text=True, env={**os.environ, "NO_COLOR": "1"}, timeout=60,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (2, "")
    assert "did you mean `plurality`?" in done.stderr
