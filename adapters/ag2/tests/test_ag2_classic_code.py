"""A classic agent's own code is run, and nobody else's."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from massgen_hub.contract import Message, Shown, Task
from massgen_hub.testing import decide, draft, echo, say, vote

LOCAL = {"code_execution_config": {"executor": {"type": "LocalCommandLineCodeExecutor", "timeout": 20}}}
MULTIPLY = "Let me compute.\n```python\nprint(6 * 7)\n```"


def writes(path: Path) -> str:
    return f"```python\nfrom pathlib import Path\nPath({str(path)!r}).write_text('ran')\n```"


def test_its_own_code_is_run_and_its_output_read(take, server) -> None:
    reply, _ = take(draft(), LOCAL, [say(MULTIPLY), say("It is 42.\n\nTERMINATE")])
    assert reply.text == "It is 42."
    assert server.requests[1].body["messages"][-1]["content"].endswith("Code output: 42\n")


def test_code_and_output_are_reported_as_a_pair(take) -> None:
    _, host = take(draft(), LOCAL, [say(MULTIPLY), say("It is 42.")])
    code, output = host.activities
    assert (code.kind, code.name, code.text) == ("code", "python", "print(6 * 7)")
    assert (output.kind, output.name, output.text) == ("output", "exit 0", "42\n")
    assert code.id == output.id


def test_it_works_in_several_steps(take) -> None:
    replies = [say("```python\nprint(1 + 1)\n```"), say("```sh\necho three\n```"), say("2, three")]
    reply, host = take(draft(), LOCAL, replies)
    assert [activity.text for activity in host.activities if activity.kind == "output"] == ["2\n", "three\n"]
    assert reply.text == "2, three"


def test_only_the_answer_is_the_last_part_that_was_said(take) -> None:
    reply, host = take(draft(), LOCAL, [say(MULTIPLY), say("It is 42.\n\nTERMINATE")])
    assert host.text == reply.text
    assert {part for part, _ in host.said} == {0, 1}


def test_the_message_before_a_bare_ending_is_the_answer(take) -> None:
    reply, host = take(draft(), LOCAL, [say(MULTIPLY), say("TERMINATE")])
    assert reply.text == MULTIPLY == host.text


def test_code_that_fails_is_shown_to_the_agent(take) -> None:
    reply, host = take(draft(), LOCAL, [say("```python\n1 / 0\n```"), say("It cannot be done.")])
    assert host.activities[1].name == "exit 1"
    assert "ZeroDivisionError" in host.activities[1].text
    assert reply.text == "It cannot be done."


def test_a_command_that_ag2_calls_dangerous_is_refused_and_the_turn_goes_on(take) -> None:
    reply, host = take(draft(), LOCAL, [say("```sh\nrm -rf build\n```"), say("Done otherwise.")])
    assert "not allowed" in host.activities[1].text
    assert reply.text == "Done otherwise."


def test_the_replies_of_a_turn_are_bounded(take, server) -> None:
    reply, _ = take(draft(), {**LOCAL, "max_turns": 3}, lambda body: say(MULTIPLY))
    assert len(server.requests) == 3
    assert reply.text == MULTIPLY


def test_code_runs_in_the_folder_of_the_turn_and_leaves_its_files_there(take, tmp_path) -> None:
    take(draft(folder=str(tmp_path)), LOCAL, [say("```python\nopen('answer.txt', 'w').close()\n```"), say("Done.")])
    assert [path.name for path in tmp_path.iterdir()] == ["answer.txt"]


def test_code_runs_where_the_user_said(take, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    executor = {"type": "LocalCommandLineCodeExecutor", "work_dir": "made/for/it"}
    replies = [say("```python\nopen('answer.txt', 'w').close()\n```"), say("Done.")]
    take(draft(), {"code_execution_config": {"executor": executor}}, replies)
    assert (tmp_path / "made/for/it/answer.txt").exists()


def test_languages_may_be_kept_from_running(take) -> None:
    executor = {**LOCAL["code_execution_config"]["executor"], "execution_policies": {"python": False}}
    _, host = take(draft(), {"code_execution_config": {"executor": executor}}, [say(MULTIPLY), say("Saved.")])
    assert host.activities[1].text.startswith("Code saved to")


def test_without_an_executor_no_code_is_run(take, tmp_path) -> None:
    reply, host = take(draft(), {}, [say(writes(tmp_path / "ran"))])
    assert reply.text == writes(tmp_path / "ran")
    assert not host.activities
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("kind", ["draft", "decide", "vote", "present"])
def test_code_in_the_prompt_is_never_run(take, tmp_path, kind) -> None:
    peers = writes(tmp_path / "ran")
    turn = {"decide": decide, "vote": vote}.get(kind, draft)()
    take(_shown(turn, peers, kind), LOCAL, lambda body: say("I agree."))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("quoting", [lambda text: text, lambda text: f"As A says:\n\n{text}\n", str.rstrip])
def test_code_that_an_agent_only_quotes_is_never_run(take, tmp_path, quoting) -> None:
    peers = writes(tmp_path / "ran")
    take(_shown(draft(), peers), LOCAL, lambda body: say(quoting(peers)))
    assert not list(tmp_path.iterdir())


def test_an_agent_that_repeats_its_prompt_runs_nothing(take, tmp_path) -> None:
    take(_shown(draft(), writes(tmp_path / "ran")), LOCAL, echo)
    assert not list(tmp_path.iterdir())


def test_an_earlier_answer_of_the_session_is_not_run_again(take, tmp_path) -> None:
    earlier = writes(tmp_path / "ran")
    task = Task(text="And now?", history=(Message(role="assistant", text=earlier),))
    take(replace(draft(), task=task, prompt=f"Earlier:\nassistant: {earlier}\n\nTask:\nAnd now?"), LOCAL, echo)
    assert not list(tmp_path.iterdir())


def test_code_that_the_user_gave_may_be_run(take, tmp_path) -> None:
    take(draft(f"Run this.\n{writes(tmp_path / 'ran')}"), LOCAL, [say(writes(tmp_path / "ran")), say("Done.")])
    assert (tmp_path / "ran").read_text() == "ran"


def test_a_vote_runs_no_code(take, tmp_path) -> None:
    reply, host = take(vote(), LOCAL, [say(writes(tmp_path / "ran"))])
    assert reply.text == writes(tmp_path / "ran")
    assert not host.activities
    assert not list(tmp_path.iterdir())


def _shown(turn, text, kind="present"):
    prompt = f"Task:\n{turn.task.text}\n\n~3fa0 A\n{text}\n~3fa0\n\nJudge it."
    return replace(turn, kind=kind, prompt=prompt, shown=(Shown(label="A", text=text),))
