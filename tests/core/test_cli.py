"""The command line, as a user calls it: what goes where, and which code it ends with."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from massgen_hub.testing import ModelServer, say

ROOT = Path(__file__).parents[2]
SCRIPTED = ROOT / "configs" / "scripted.yaml"


def hub(*arguments, folder, stdin="", **environment):
    """Run `massgen-hub` with no provider's key set."""
    kept = {name: value for name, value in os.environ.items() if not name.endswith("_API_KEY")}
    return subprocess.run(
        [sys.executable, "-m", "massgen_hub", *map(str, arguments)],
        capture_output=True, text=True, input=stdin, cwd=folder, env={**kept, "NO_COLOR": "1", **environment},
        timeout=120,
    )  # fmt: skip


def config(folder, text):
    path = folder / "council.yaml"
    path.write_text(text)
    return path


def test_the_answer_goes_to_stdout_and_everything_else_to_stderr(tmp_path):
    done = hub("run", "-c", SCRIPTED, "Capital of Australia?", folder=tmp_path)
    assert (done.returncode, done.stdout) == (0, "Canberra\n")
    assert "ann [scripted] voted" in done.stderr
    assert "ann wins: majority, 2 of 3 agents put it first" in done.stderr


def test_quiet_prints_the_answer_only(tmp_path):
    done = hub("run", "-q", "-c", SCRIPTED, "?", folder=tmp_path)
    assert (done.stdout, done.stderr) == ("Canberra\n", "")


def test_json_is_one_object_with_each_ballot_and_the_text_it_was_parsed_from(tmp_path):
    done = hub("run", "--json", "-c", SCRIPTED, "?", folder=tmp_path)
    told = json.loads(done.stdout)
    assert told["verdict"]["exit_code"] == 0
    assert len(told["ballots"]) == 3
    for ballot in told["ballots"]:
        assert json.loads(ballot["text"])["ranking"] == ballot["labels"]


def test_a_task_may_come_from_stdin(tmp_path):
    hub("run", "-q", "-c", SCRIPTED, "-", folder=tmp_path, stdin="What is it?\n")
    assert "What is it?" in hub("runs", folder=tmp_path).stdout


@pytest.mark.parametrize("task", ["", "  \n"])
def test_an_empty_task_is_refused_before_anything_starts(tmp_path, task):
    done = hub("run", "-c", SCRIPTED, task, folder=tmp_path)
    assert done.returncode == 2
    assert "the task is empty" in done.stderr
    assert not (tmp_path / ".massgen-hub").exists()


EXITS = {
    0: "agents:\n  - {type: scripted, answer: x}\n",
    3: "consensus: {threshold: 1.0, refine: 0}\nagents:\n"
    "  - {type: scripted, answer: x, votes: [x]}\n  - {type: scripted, answer: y, votes: [y]}\n",
    4: "timeout: 0.2\nagents:\n  - {type: scripted, answer: x}\n  - {type: scripted, answer: y, seconds: 60}\n",
    5: "agents:\n  - {id: a, type: scripted, fails: always}\n  - {id: b, type: scripted, fails: always}\n",
}


@pytest.mark.parametrize("code", EXITS)
def test_the_exit_code_tells(tmp_path, code):
    done = hub("run", "-c", config(tmp_path, EXITS[code]), "?", folder=tmp_path)
    assert done.returncode == code
    assert done.stdout == ("" if code == 5 else "x\n") or code == 3


def test_when_all_agents_fail_each_reason_is_told(tmp_path):
    done = hub("run", "-c", config(tmp_path, EXITS[5]), "?", folder=tmp_path)
    assert "no agent gave an answer" in done.stderr
    for agent in "ab":
        assert f"{agent} failed: error: RuntimeError: this agent fails, as its script says" in done.stderr


def test_values_of_the_config_can_be_set(tmp_path):
    done = hub(
        "run",
        "-q",
        "-c",
        SCRIPTED,
        "--set",
        "agents.ann.answer=Perth",
        "--set",
        "consensus.gate=off",
        "?",
        folder=tmp_path,
    )
    assert done.returncode == 0
    assert done.stdout in ("Perth\n", "Sydney\n", "Melbourne\n")


def test_the_same_seed_gives_the_same_run(tmp_path):
    def labels(seed):
        told = json.loads(hub("run", "--json", "--seed", seed, "-c", SCRIPTED, "?", folder=tmp_path).stdout)
        return [turn["shown"] for turn in told["turns"]]

    assert labels(1) == labels(1)
    assert labels(1) != labels(2)


def test_a_missing_key_is_told_before_anything_starts(tmp_path):
    done = hub("run", "--model", "openai/gpt-5", "?", folder=tmp_path)
    assert done.returncode == 2
    assert "OPENAI_API_KEY" in done.stderr
    assert not (tmp_path / ".massgen-hub").exists()


def test_runs_are_listed_and_shown_and_played(tmp_path):
    hub("run", "-q", "-c", SCRIPTED, "Capital of Australia?", folder=tmp_path)
    [row] = json.loads(hub("runs", "--json", folder=tmp_path).stdout)
    shown = hub("show", row["run"][:10], folder=tmp_path)
    assert shown.returncode == 0
    for part in ("Capital of Australia?", "ballot of", "borda", "Canberra", "dissent: bob for bob"):
        assert part in shown.stdout
    played = hub("show", "--play", "--speed", "100", folder=tmp_path)
    assert "bob [scripted] voted" in played.stderr
    assert json.loads(hub("show", "--json", folder=tmp_path).stdout)["run"] == row["run"]


def test_a_run_that_is_not_there_is_a_clear_error(tmp_path):
    done = hub("show", "2020", folder=tmp_path)
    assert done.returncode != 0
    assert "there is no run `2020`" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_full_disk_ends_the_run_with_a_clear_error_and_what_was_answered(tmp_path):
    folder = tmp_path / "runs"
    slow = "agents:\n  - {id: a, type: scripted, answer: kept}\n  - {id: b, type: scripted, answer: y, seconds: 0.5}\n"
    code = (
        "import os, massgen_hub.record.journal as j\n"
        "put = j.Journal._put\n"
        "def full(self, line):\n"
        '    last = \'"type":"replied"\' in line and \'"agent":"b"\' in line\n'
        "    if last: os.dup2(os.open('/dev/full', os.O_WRONLY), self._file.fileno())\n"
        "    return put(self, line)\n"
        "j.Journal._put = full\n"
        "from massgen_hub.cli import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "run", "-c", config(tmp_path, slow), "--runs", folder, "?"],
        capture_output=True, text=True, cwd=tmp_path, timeout=60,
    )  # fmt: skip
    assert done.returncode == 4
    assert "cannot be written: No space left on device" in done.stderr
    assert "hint:" in done.stderr
    assert done.stdout == "kept\n"
    assert "Traceback" not in done.stderr


STUCK = "agents:\n  - {id: a, type: scripted, answer: x}\n  - {id: b, type: scripted, answer: y, seconds: 600}\n"
WORKERS = STUCK.replace("type: scripted", "type: scripted, environment: worker")


def started(tmp_path, council):
    """A run of two agents, of which `b` is stuck and `a` has just been heard."""
    process = subprocess.Popen(
        [sys.executable, "-m", "massgen_hub", "run", "-c", config(tmp_path, council), "?"],
        cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    for line in process.stderr:
        if "a [scripted] answered" in line:
            break
    return process


def test_ctrl_c_ends_cleanly_with_a_whole_record(tmp_path):
    process = started(tmp_path, STUCK)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out) == (130, "x\n")
    assert "Traceback" not in err
    [run] = json.loads(hub("runs", "--json", folder=tmp_path).stdout)
    assert run["verdict"]["stopped"] == "interrupted"


def working_below(folder):
    """The processes that work in a folder."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cwd"):
        try:
            if entry.resolve().is_relative_to(folder) and entry.parent.name != str(os.getpid()):
                found.append(int(entry.parent.name))
        except OSError:
            continue
    return found


def test_ctrl_c_leaves_no_worker_behind(tmp_path):
    process = started(tmp_path, WORKERS)
    assert len(working_below(tmp_path)) == 3
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out) == (130, "x\n")
    assert "Traceback" not in err
    assert working_below(tmp_path) == []


def test_workers_die_with_a_hub_that_is_killed(tmp_path):
    process = started(tmp_path, WORKERS)
    workers = [pid for pid in working_below(tmp_path) if pid != process.pid]
    process.kill()
    process.communicate(timeout=30)
    waited = [subprocess.run(["tail", f"--pid={pid}", "-f", "/dev/null"], timeout=30) for pid in workers]
    assert len(waited) == 2
    assert working_below(tmp_path) == []


def test_a_worker_that_is_killed_fails_its_turn_and_is_started_again(tmp_path):
    process = started(tmp_path, WORKERS)
    stuck = next(
        pid for pid in working_below(tmp_path) if pid != process.pid and Path(f"/proc/{pid}/cwd").resolve().name == "b"
    )
    os.kill(stuck, signal.SIGKILL)
    for line in process.stderr:
        if "b [scripted]" in line:
            break
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)
    assert "b [scripted] trying again" in line
    assert "signal 9" in line or "SIGKILL" in line
    assert working_below(tmp_path) == []


def test_a_killed_run_leaves_a_record_that_can_be_read(tmp_path):
    process = started(tmp_path, STUCK)
    process.kill()
    process.communicate(timeout=30)
    assert "cut off" in hub("runs", folder=tmp_path).stdout
    assert "a" in hub("show", folder=tmp_path).stdout


def test_two_runs_at_once_do_not_collide(tmp_path):
    command = [sys.executable, "-m", "massgen_hub", "run", "-q", "-c", str(SCRIPTED), "?"]
    both = [subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    assert [one.communicate(timeout=60)[0] for one in both] == ["Canberra\n"] * 3
    assert len(json.loads(hub("runs", "--json", folder=tmp_path).stdout)) == 3


def test_the_schema_of_configs_is_printed_for_editors(tmp_path):
    schema = json.loads(hub("check", "--schema", folder=tmp_path).stdout)
    assert "agents" in schema["properties"]


def test_plugins_are_listed_with_what_they_provide(tmp_path):
    rows = {row["name"]: row for row in json.loads(hub("plugins", "--json", folder=tmp_path).stdout)}
    assert rows["builtin"]["provides"]["register_adapters"] == ["model", "replay", "scripted"]
    assert rows["langgraph"]["provides"] == {"register_adapters": ["langgraph"]}


def test_only_allowed_plugins_are_loaded(tmp_path):
    done = hub("plugins", "--json", folder=tmp_path, MASSGEN_HUB_PLUGINS="")
    assert [row["name"] for row in json.loads(done.stdout)] == ["builtin"]


def test_without_a_model_the_first_provider_whose_key_is_set_is_used_and_named(tmp_path):
    with ModelServer() as server:
        server.script("gpt-5-mini", lambda body: say("Paris"))
        key = {"OPENAI_API_KEY": "sk-test-1234567890abcdef", "OPENAI_BASE_URL": server.base_url}
        done = hub("run", "--set", "consensus.gate=majority", "Capital of France?", folder=tmp_path, **key)
        assert {request.authorization for request in server.requests} == {"Bearer sk-test-1234567890abcdef"}
    assert (done.returncode, done.stdout) == (0, "Paris\n")
    assert "using openai/gpt-5-mini, because OPENAI_API_KEY is set" in done.stderr
    assert "sk-test" not in "".join(path.read_text() for path in tmp_path.rglob("*.jsonl"))


def test_agents_that_bring_out_nothing_but_their_answers_leave_stderr_to_the_hub(tmp_path):
    """No framework writes between the lines of the hub."""
    with ModelServer() as server:
        server.script("gpt-5-mini", lambda body: say("Paris"))
        key = {"OPENAI_API_KEY": "sk-test-1234567890abcdef", "OPENAI_BASE_URL": server.base_url}
        done = hub("run", "--set", "consensus.gate=majority", "Capital of France?", folder=tmp_path, **key)
    told = ("using", "starting", "run", "ag2", "langgraph", "smolagents", "massgen-hub show", "stopped early")
    assert [line for line in done.stderr.splitlines() if line and not line.startswith(told)] == []
