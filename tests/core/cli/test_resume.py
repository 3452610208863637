"""`massgen-hub resume`, after runs that were killed with SIGKILL."""

import json
import subprocess
import sys

import pytest
from killing import ROOT, check, events, hub, killed, record

COUNCIL = """
consensus: {refine: 0}
agents:
  - {id: ann, type: scripted, answer: Canberra, votes: [Canberra], seconds: 0.2}
  - {id: bob, type: scripted, answer: Sydney, votes: [Canberra], seconds: 0.2}
  - {id: cem, type: scripted, answer: Perth, votes: [Canberra], seconds: 0.2, environment: worker}
"""
CUT = 6  # drafts have been asked for, two are there


@pytest.fixture
def council(tmp_path):
    path = tmp_path / "council.yaml"
    path.write_text(COUNCIL)
    return path


@pytest.fixture
def cut_off(tmp_path, council):
    """A folder with a run that was killed, and how it was called."""
    killed("run", "-c", council, "--seed", "3", "Capital of Australia?", folder=tmp_path, after=CUT)
    return tmp_path


@pytest.mark.parametrize("after", range(1, 12))
def test_a_run_that_was_killed_is_resumed_to_its_verdict(tmp_path, council, after):
    died = killed("run", "-c", council, "Capital of Australia?", folder=tmp_path, after=after)
    assert died.returncode == -9
    before = record(tmp_path).read_text()
    done = hub("resume", folder=tmp_path)
    assert (done.returncode, done.stdout) == (0, "Canberra\n"), done.stderr
    assert record(tmp_path).read_text().startswith(before)
    check(tmp_path)


def test_a_run_is_resumed_after_it_was_killed_from_outside_at_any_moment(tmp_path, council):
    command = [sys.executable, "-m", "massgen_hub", "run", "-c", str(council), "?"]
    with subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as process:
        for line in process.stderr:
            if "answered" in line:
                break
        process.kill()
    assert hub("resume", folder=tmp_path).returncode == 0
    check(tmp_path)


def test_a_resumed_run_may_be_killed_and_resumed_again(cut_off):
    killed("resume", folder=cut_off, after=2)
    killed("resume", folder=cut_off, after=5)
    done = hub("resume", folder=cut_off)
    assert (done.returncode, done.stdout) == (0, "Canberra\n"), done.stderr
    assert [event["type"] for event in check(cut_off)].count("resumed") == 3


def test_task_and_seed_are_those_of_the_record(cut_off):
    told = json.loads(hub("resume", "--json", folder=cut_off).stdout)
    assert (told["task"], told["seed"]) == ("Capital of Australia?", 3)


def test_the_whole_run_is_shown_and_told(cut_off):
    done = hub("resume", "--json", folder=cut_off)
    assert done.stderr.count("answered") == 3
    turns = [(turn["agent"], turn["round"], turn["attempt"]) for turn in json.loads(done.stdout)["turns"]]
    assert {("ann", 1, 1), ("bob", 1, 1), ("cem", 1, 1), ("ann", 2, 1)} <= set(turns)


def test_quiet_prints_the_answer_only(cut_off):
    done = hub("resume", "-q", folder=cut_off)
    assert (done.stdout, done.stderr) == ("Canberra\n", "")


def test_a_run_that_was_cut_off_is_listed_and_shown_with_what_to_do(cut_off):
    run = record(cut_off).parent.name
    listed, shown = hub("runs", folder=cut_off).stdout, hub("show", folder=cut_off).stdout
    assert "cut off" in listed
    assert f"massgen-hub resume {run}" in listed
    assert f"massgen-hub resume {run}" in shown
    [row] = json.loads(hub("runs", "--json", folder=cut_off).stdout)
    assert (row["running"], row["verdict"]) == (False, None)


def test_a_run_that_has_ended_is_refused(tmp_path):
    hub("run", "-c", ROOT / "configs" / "scripted.yaml", "?", folder=tmp_path)
    run = record(tmp_path).parent.name
    done = hub("resume", folder=tmp_path)
    assert done.returncode == 2
    assert done.stderr == f"error: the run {run} has ended: decided\n\nhint: massgen-hub show {run}\n"


def test_a_run_that_is_going_on_is_told_apart_and_refused(tmp_path, council):
    council.write_text(COUNCIL.replace("seconds: 0.2", "seconds: 600", 1))
    command = [sys.executable, "-m", "massgen_hub", "run", "-c", str(council), "?"]
    with subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as process:
        for line in process.stderr:
            if "answered" in line:
                break
        done, listed, shown = (hub(verb, folder=tmp_path) for verb in ("resume", "runs", "show"))
        process.kill()
    assert done.returncode == 2
    assert f"the run {record(tmp_path).parent.name} is going on already" in done.stderr
    assert "running" in listed.stdout
    assert "still running" in shown.stdout


def test_other_agents_are_refused_with_the_difference(cut_off, council):
    council.write_text(COUNCIL.replace("id: bob", "id: bert"))
    done = hub("resume", folder=cut_off)
    assert done.returncode == 2
    assert "`bob` (scripted) is missing, `bert` (scripted) is new" in done.stderr
    assert [event["type"] for event in events(cut_off)].count("resumed") == 0


def test_a_config_that_has_changed_is_told(cut_off, council):
    council.write_text(COUNCIL.replace("answer: Perth", "answer: Hobart"))
    done = hub("resume", folder=cut_off)
    assert done.returncode == 0
    assert f"{council} has changed since the run began" in done.stderr


def test_another_config_may_be_named_and_is_remembered(cut_off, council):
    moved = council.rename(council.with_name("moved.yaml"))
    done = hub("resume", folder=cut_off)
    assert done.returncode == 2
    assert "no such file" in done.stderr
    assert "--config" in done.stderr or "moved" in done.stderr
    killed("resume", "--config", moved, folder=cut_off, after=2)
    assert hub("resume", folder=cut_off).returncode == 0


def test_what_was_set_on_the_command_line_is_kept(tmp_path, council):
    set_ = ("--set", "agents.ann.answer=Darwin")
    killed("run", "-c", council, *set_, "?", folder=tmp_path, after=1)
    hub("resume", folder=tmp_path)
    assert "Darwin" in {event["data"]["text"] for event in events(tmp_path) if event["type"] == "replied"}


def test_the_time_that_a_run_has_used_counts(tmp_path, council):
    killed("run", "-c", council, "--timeout", "0.1", "?", folder=tmp_path, after=4)
    lines = record(tmp_path).read_text().splitlines()
    late = json.loads(lines[-1])
    record(tmp_path).write_text("\n".join([*lines[:-1], json.dumps({**late, "ts": late["ts"] + 0.2})]) + "\n")
    done = hub("resume", folder=tmp_path)
    assert done.returncode in (4, 5)
    assert not [event for event in events(tmp_path) if event["type"] == "replied"]


def test_a_torn_line_is_repaired_and_told(cut_off):
    with record(cut_off).open("ab") as file:
        file.write(b'{"v":1,"run":"')
    assert hub("resume", folder=cut_off).returncode == 0
    [repaired] = [event for event in check(cut_off) if event["type"] == "repaired"]
    assert repaired["data"] == {"dropped_bytes": 14}


@pytest.mark.parametrize("content", ["", "torn"])
def test_a_run_that_never_began_is_a_clear_error(cut_off, content):
    record(cut_off).write_text(content)
    done = hub("resume", folder=cut_off)
    assert done.returncode == 2
    assert "was cut off before it started" in done.stderr
    assert "hint: run the task again" in done.stderr


def test_a_record_without_its_config_asks_for_one(cut_off, council):
    record(cut_off).write_text(record(cut_off).read_text().splitlines()[0] + "\n")
    done = hub("resume", folder=cut_off)
    assert done.returncode == 2
    assert "the config of the run" in done.stderr
    assert "--config FILE" in done.stderr


def test_no_secret_of_the_command_line_is_in_the_record(tmp_path, council):
    key = "sk-proj-abcdefghijklmnop1234567890"
    killed("run", "-c", council, "--set", f"agents.ann.reason={key}", "?", folder=tmp_path, after=1)
    assert key not in record(tmp_path).read_text()
    done = hub("resume", folder=tmp_path)
    assert done.returncode == 2
    assert "with `--set` is secret and not in its record" in done.stderr


def test_a_run_of_python_code_is_resumed_there(cut_off):
    lines = [json.loads(line) for line in record(cut_off).read_text().splitlines()]
    for line in lines:
        if line["type"] == "configured":
            line["data"]["config"] = None
    record(cut_off).write_text("".join(json.dumps(line) + "\n" for line in lines))
    done = hub("resume", folder=cut_off)
    assert done.returncode == 2
    assert "was given in Python code" in done.stderr
    assert "Hub(...).resume(" in done.stderr
