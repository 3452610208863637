"""The record as it is written and read again."""

import asyncio
import contextlib
import json
import stat
from pathlib import Path

import pytest
from massgen_hub.consensus import Answer, Replied, RunStarted, Settings, TurnStarted
from massgen_hub.errors import RecordError
from massgen_hub.record import Journal, Redactor, find_run, read_events, state_of, summaries
from massgen_hub.record.journal import BATCH_SECONDS

START = RunStarted(task="?", agents={"a": "scripted"}, seed=1, settings=Settings())
ASK = TurnStarted(agent="a", round=1, attempt=1, kind="draft")


@pytest.fixture
def full_disk():
    """A file on a device that is always full."""
    file = Path("/dev/full").open("a")  # noqa: SIM115 - closing it fails too
    yield file
    with contextlib.suppress(OSError):
        file.close()


def reply(text):
    return Replied(agent="a", round=1, attempt=1, text=text, decision=Answer(text=text))


def journal(folder, *secrets):
    return Journal("run-1", folder, Redactor(secrets))


def written(folder, *events):
    made = journal(folder)
    for event in events:
        made.decide(event)
    made.close()
    return folder


def lines(folder):
    return (folder / "events.jsonl").read_text().splitlines()


def test_a_decisive_event_is_in_the_file_when_it_is_told(tmp_path):
    made = journal(tmp_path / "run")
    made.decide(START)
    [line] = lines(tmp_path / "run")
    assert json.loads(line)["type"] == "run_started"
    made.close()


def test_what_was_written_reads_back_to_the_same_state(tmp_path):
    events = read_events(written(tmp_path, START, ASK, reply("naïve 日本 \x00 \udc80")))
    assert [event.seq for event in events] == [1, 2, 3]
    assert state_of(events).given[0].text == "naïve 日本 \x00 \udc80"


def test_files_can_be_read_by_their_owner_only(tmp_path):
    folder = written(tmp_path / "run", START, ASK, reply("x" * 70_000))
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.rglob("*")}
    assert modes.pop("blobs") == 0o700
    assert set(modes.values()) == {0o600}


def test_a_long_text_becomes_a_blob_and_comes_back(tmp_path):
    text = "ä" * 100_000
    folder = written(tmp_path, START, ASK, reply(text))
    assert max(map(len, lines(folder))) < 1_000
    assert len(list((folder / "blobs").iterdir())) == 1
    assert state_of(read_events(folder)).given[0].text == text


def test_activity_is_batched_and_in_order_with_what_is_decided(tmp_path):
    async def talk():
        made = journal(tmp_path)
        made.decide(START)
        made.decide(ASK)
        for word in ("Par", "is, ", "of ", "course"):
            made.delta("a", 1, 1, 0, word)
        made.activity("note", {"agent": "a", "kind": "info", "name": "x", "text": "", "id": ""})
        made.decide(reply("Paris, of course"))
        made.close()

    asyncio.run(talk())
    types = [json.loads(line)["type"] for line in lines(tmp_path)]
    assert types == ["run_started", "turn_started", "delta", "note", "delta", "replied"]
    said = "".join(event.data["text"] for event in read_events(tmp_path) if event.type == "delta")
    assert said == "Paris, of course"


def test_activity_is_written_by_itself_after_a_moment(tmp_path):
    async def talk():
        seen = asyncio.Event()
        made = journal(tmp_path)
        made.subscribers.append(lambda event: seen.set())
        made.activity("note", {"agent": "a"})
        await asyncio.wait_for(seen.wait(), 5)

    asyncio.run(talk())
    assert len(lines(tmp_path)) == 1


def test_subscribers_get_plain_json_after_it_is_written(tmp_path):
    seen = []
    made = journal(tmp_path)
    made.subscribers.append(lambda event: seen.append((event.data, len(lines(tmp_path)))))
    made.decide(START)
    [(data, count)] = seen
    assert data["settings"]["rule"] == "borda"
    assert count == 1


def test_a_run_that_never_starts_leaves_nothing(tmp_path):
    journal(tmp_path / "run").close()
    assert not list(tmp_path.iterdir())


def test_without_a_folder_nothing_is_kept_but_subscribers_hear_it(tmp_path):
    seen = []
    made = journal(None)
    made.subscribers.append(seen.append)
    made.decide(START)
    made.close()
    assert len(seen) == 1
    assert not list(tmp_path.iterdir())


def test_a_full_disk_is_a_clear_error_and_the_event_did_not_happen(tmp_path, full_disk):
    made = journal(tmp_path)
    made.decide(START)
    made._file = full_disk
    with pytest.raises(RecordError, match="No space left on device"):
        made.decide(ASK)


def test_a_disk_that_fills_while_agents_talk_is_the_error_of_the_next_event(tmp_path, caplog, full_disk):
    async def talk():
        made = journal(tmp_path)
        made.decide(START)
        made._file = full_disk
        made.delta("a", 1, 1, 0, "some words ")
        await asyncio.sleep(3 * BATCH_SECONDS)
        made.decide(ASK)

    with pytest.raises(RecordError, match="No space left on device"):
        asyncio.run(talk())
    assert not caplog.records


def test_a_folder_that_cannot_be_made_is_a_clear_error(tmp_path):
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(RecordError, match="cannot be written"):
        journal(tmp_path / "taken" / "run").decide(START)


def test_a_torn_last_line_is_left_out(tmp_path):
    folder = written(tmp_path, START, ASK)
    path = folder / "events.jsonl"
    path.write_bytes(path.read_bytes()[:-40])
    assert [event.type for event in read_events(folder)] == ["run_started"]


def test_a_damaged_line_in_the_middle_is_refused_with_its_number(tmp_path):
    folder = written(tmp_path, START, ASK, reply("x"))
    path = folder / "events.jsonl"
    first, second, third = path.read_text().splitlines()
    path.write_text(f"{first}\n{second[:20]}\n{third}\n")
    with pytest.raises(RecordError, match=r"events\.jsonl:2: not an event"):
        read_events(folder)


def test_a_record_whose_events_contradict_each_other_is_refused(tmp_path):
    folder = written(tmp_path, START, reply("never asked"))
    with pytest.raises(RecordError, match=r"event 2 .* does not fit"):
        state_of(read_events(folder))


def test_a_run_is_found_by_how_its_name_begins(tmp_path):
    for name in ("20260101-aa", "20260102-bb", "20260102-bc"):
        written(tmp_path / name, START)
    assert find_run(tmp_path, "20260101").name == "20260101-aa"
    assert find_run(tmp_path, "last").name == "20260102-bc"
    with pytest.raises(RecordError, match="fits 2 runs"):
        find_run(tmp_path, "20260102")
    with pytest.raises(RecordError, match="there is no run `2027`"):
        find_run(tmp_path, "2027")


def test_runs_are_listed_newest_first_and_a_damaged_one_does_not_hide_the_others(tmp_path):
    written(tmp_path / "1", START)
    (tmp_path / "2").mkdir()
    (tmp_path / "2" / "events.jsonl").write_text("garbage\nmore\n")
    newest, older = summaries(tmp_path)
    assert isinstance(newest, RecordError)
    assert (older.run, older.task, older.verdict) == ("1", "?", None)
