"""Taking over the record of a run that was cut off: repair, numbering, one writer at a time."""

import os
import subprocess
import sys

import pytest
from massgen_hub.consensus import Answer, Replied, RunStarted, Settings, TurnStarted, Verdict
from massgen_hub.consensus.events import Ended
from massgen_hub.errors import ConfigError, RecordError
from massgen_hub.events import Event
from massgen_hub.record import (
    Journal,
    Redactor,
    is_written,
    read_events,
    reopen,
    require_cut_off,
    require_same_agents,
    seconds_used,
    state_of,
    summaries,
)

START = RunStarted(run="run-1", task="?", agents={"a": "scripted"}, seed=1, settings=Settings())
ASK = TurnStarted(agent="a", round=1, attempt=1, kind="draft")
REPLY = Replied(agent="a", round=1, attempt=1, text="naïve", decision=Answer(text="naïve"))


@pytest.fixture
def folder(tmp_path):
    """The record of a run in which `a` was asked."""
    made = Journal("run-1", tmp_path / "run-1", Redactor())
    made.decide(START)
    made.decide(ASK)
    made.close()
    return tmp_path / "run-1"


def path(folder):
    return folder / "events.jsonl"


def continued(folder, *events):
    record = reopen(folder)
    journal = Journal("run-1", folder, Redactor(), after=record)
    for event in events:
        journal.decide(event)
    journal.close()
    return record


def test_the_numbers_of_events_go_on(folder):
    continued(folder, REPLY)
    assert [event.seq for event in read_events(folder)] == [1, 2, 3]
    assert state_of(read_events(folder)).given[0].text == "naïve"


def test_a_record_that_is_whole_is_not_touched(folder):
    before = path(folder).read_bytes()
    assert continued(folder).dropped is None
    assert path(folder).read_bytes() == before


def test_a_line_torn_at_any_byte_is_cut_off_and_the_next_one_is_whole(folder):
    first, second = path(folder).read_bytes().splitlines(keepends=True)
    for size in range(1, len(second) - 1):
        path(folder).write_bytes(first + second[:size])
        record = continued(folder, ASK)
        assert (record.dropped, len(record.events)) == (size, 1)
        assert [event.seq for event in read_events(folder)] == [1, 2]


def test_a_last_line_that_lacks_only_its_end_is_kept(folder):
    path(folder).write_bytes(path(folder).read_bytes()[:-1])
    assert continued(folder, REPLY).dropped == 0
    assert [event.type for event in read_events(folder)] == ["run_started", "turn_started", "replied"]


def test_zeros_that_a_crash_of_the_machine_left_are_cut_off(folder):
    path(folder).write_bytes(path(folder).read_bytes() + b"\0" * 500)
    assert continued(folder, REPLY).dropped == 500
    assert len(read_events(folder)) == 3


def test_a_damaged_middle_is_refused_with_its_line_and_left_as_it_is(folder):
    damaged = b'{"v": 1}\n' + path(folder).read_bytes() + b"torn"
    path(folder).write_bytes(damaged)
    with pytest.raises(RecordError, match=r"events\.jsonl:1: not an event"):
        reopen(folder)
    assert path(folder).read_bytes() == damaged
    assert not is_written(path(folder))


def test_a_crash_between_a_blob_and_its_line_loses_only_the_event(folder):
    text = "ä" * 100_000
    long = Replied(agent="a", round=1, attempt=1, text=text, decision=Answer(text=text))
    whole = path(folder).read_bytes()
    continued(folder, long)
    path(folder).write_bytes(whole)
    continued(folder, long)
    assert state_of(read_events(folder)).given[0].text == text
    assert len(list((folder / "blobs").iterdir())) == 1


def test_a_crash_in_the_middle_of_a_blob_does_not_spoil_it(folder):
    text = "ä" * 100_000
    long = Replied(agent="a", round=1, attempt=1, text=text, decision=Answer(text=text))
    whole = path(folder).read_bytes()
    continued(folder, long)
    [blob] = (folder / "blobs").iterdir()
    blob.rename(blob.with_name(f"{blob.name}.part"))
    os.truncate(blob.with_name(f"{blob.name}.part"), 1000)
    path(folder).write_bytes(whole)
    continued(folder, long)
    assert state_of(read_events(folder)).given[0].text == text


@pytest.mark.parametrize("content", ["", "torn", '{"v":1,"run":"r","seq":1,"ts":1,"type":"note","data":{}}\n'])
def test_a_run_that_never_began_is_a_clear_error(folder, content):
    path(folder).write_text(content)
    with pytest.raises(RecordError, match="cut off before it started") as failure:
        require_cut_off(read_events(folder), "run-1")
    assert failure.value.hint == "run the task again"


def test_a_run_that_has_ended_is_a_clear_error(folder):
    continued(folder, REPLY, Ended(verdict=Verdict(**verdict_fields())))
    with pytest.raises(RecordError, match=r"run-1 has ended: decided") as failure:
        require_cut_off(read_events(folder), "run-1")
    assert failure.value.hint == "massgen-hub show run-1"


def verdict_fields():
    """The least a verdict says."""
    return {"decided": True, "answer": "naïve", "winner": "w", "authors": ("a",), "agreement": "unanimous",
            "stopped": "complete", "by": "alone", "rule": "borda", "agents": 1, "voted": 0, "quorum": 1}  # fmt: skip


@pytest.mark.parametrize(
    ("given", "difference"),
    [
        ({}, "`a` (ag2) is missing"),
        ({"a": "ag2", "b": "model"}, "`b` (model) is new"),
        ({"a": "model"}, "`a` was ag2 and is model"),
    ],
)
def test_other_agents_are_refused_with_the_difference(given, difference):
    with pytest.raises(ConfigError) as failure:
        require_same_agents({"a": "ag2"}, given)
    assert difference in failure.value.message


def test_the_time_between_two_processes_does_not_count():
    times = [("run_started", 10.0), ("note", 12.0), ("resumed", 500.0), ("note", 503.5)]
    events = [Event(run="r", seq=n, ts=ts, type=type_, data={}) for n, (type_, ts) in enumerate(times, 1)]
    assert seconds_used(events) == 5.5


# One writer at a time


def test_a_run_is_written_from_its_first_event_until_it_is_closed(tmp_path):
    made = Journal("run-1", tmp_path / "run-1", Redactor())
    made.decide(START)
    [summary] = summaries(tmp_path)
    assert summary.running
    made.close()
    [summary] = summaries(tmp_path)
    assert not summary.running


def test_a_second_writer_is_refused_with_the_name_of_the_run(folder):
    record = reopen(folder)
    with pytest.raises(RecordError, match="the run run-1 is going on already"):
        reopen(folder)
    record.file.close()
    assert len(continued(folder).events) == 2


WRITER = """
import sys, pathlib
from massgen_hub.record import reopen
record = reopen(pathlib.Path(sys.argv[1]))
print("locked", flush=True)
sys.stdin.read()
"""


def test_the_death_of_a_process_lets_go_of_its_run(folder):
    command = [sys.executable, "-c", WRITER, str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout.readline() == "locked\n"
        with pytest.raises(RecordError, match="going on already"):
            reopen(folder)
        assert len(read_events(folder)) == 2
        assert is_written(path(folder))
        writer.kill()
        writer.wait()
        assert not is_written(path(folder))
    continued(folder, REPLY)
    assert len(read_events(folder)) == 3


def test_a_line_that_was_taken_out_is_told_with_its_number(folder):
    continued(folder, REPLY)
    lines = path(folder).read_text().splitlines(keepends=True)
    path(folder).write_text("".join(lines[:1] + lines[2:]))
    with pytest.raises(RecordError, match=r"events\.jsonl:2: event 2 is missing, here is event 3"):
        read_events(folder)
