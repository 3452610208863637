"""Turns through a real worker: what goes in, what comes out, what goes wrong."""

import asyncio
import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from massgen_hub.contract import Activity, Reply, Setup, Usage
from massgen_hub.errors import ConfigError, NotAvailable, TurnError, WorkerDied
from massgen_hub.kit import traceback_of
from massgen_hub.testing import draft, vote
from massgen_hub.worker.launch import Launch
from massgen_hub.worker.opening import find_adapter


@pytest.fixture
def take(opened, new_host):
    """One turn of a new agent: its reply and the host."""

    def once(prompt, *answers, turn=None, **options):
        async def turns():
            async with opened(**options) as agent:
                host = new_host(*answers)
                return await agent(turn or draft(prompt), host), host

        return asyncio.run(turns())

    return once


def test_an_agent_is_opened_with_its_options(take):
    reply, _ = take("greets", greeting="salut")
    assert reply == Reply(text="salut")


def test_what_an_agent_reports_arrives_in_order(take):
    reply, host = take("reports")
    assert host.order == [
        "on",
        Activity(kind="call", name="look", text="{}", id="1"),
        "e",
        Usage(input=3, output=None, model="m"),
        "two",
    ]
    assert host.said[-1] == (1, "two")
    assert reply.text == "two"


def test_data_of_a_reply_arrives_as_it_was_even_half_a_character(take):
    assert take("reports")[0].data == [{"ranking": ["A"], "reason": "é \ud800"}]


def test_a_turn_arrives_with_all_its_records(take):
    turn = vote("repeats")
    reply, _ = take("", turn=turn)
    assert reply.text == f"vote {turn.shown} {turn.task.text}"
    assert reply.data == turn.schema


def test_a_question_is_answered_by_the_host(take):
    reply, host = take("asks go on?", "yes")
    assert reply.text == "yes"
    assert (host.questions[0].text, host.questions[0].choices) == ("go on?", ("yes", "no"))


def test_a_question_that_nobody_answers_is_not_available(take):
    with pytest.raises(NotAvailable, match="nobody is there") as caught:
        take("asks go on?")
    assert "RecordingHost" in caught.value.hint


def test_many_questions_at_once_are_answered(take):
    assert take("asks_often 1000", *["yes"] * 1000)[0].text == "1000"


def test_questions_without_end_end_the_worker(opened, new_host):
    class Silent(new_host):
        async def ask(self, question):
            await asyncio.Event().wait()

    async def turns():
        async with opened() as agent:
            with pytest.raises(WorkerDied, match="more than 1,000 questions at once") as caught:
                await agent(draft("asks_often 1001"), Silent())
            return caught.value.transient

    assert not asyncio.run(turns())


def test_a_report_that_the_hub_could_not_read_is_left_out_and_told_in_the_log(take, tmp_path):
    reply, host = take("reports_nonsense", log=tmp_path / "a.log")
    assert (reply.text, host.order) == ("sane", ["before", "after"])
    said = (tmp_path / "a.log").read_text()
    assert "expected a `str`, got 7" in said
    assert "a `object` is not plain JSON" in said
    assert "more than the 16,777,216" in said


def test_a_tool_of_the_hub_is_called(take):
    assert take("calls known")[0].data == ["known", {"x": 1}]


def test_a_tool_that_the_hub_has_not_is_not_available(take):
    with pytest.raises(NotAvailable, match="no tool `other`"):
        take("calls other")


def test_an_exception_arrives_with_its_message(take):
    with pytest.raises(TurnError, match=r"^ValueError: what went wrong$") as caught:
        take("raises what went wrong")
    assert not caught.value.transient


def test_a_failure_that_names_a_key_of_the_hub_says_that_workers_see_none(take, monkeypatch):
    monkeypatch.setenv("SOME_API_KEY", "sk-secret")
    with pytest.raises(TurnError, match="set SOME_API_KEY") as caught:
        take("raises set SOME_API_KEY")
    assert "name it in the agent's entry, `pass_env: [SOME_API_KEY]`" in caught.value.hint


def test_a_passing_failure_arrives_as_one(take):
    with pytest.raises(TurnError, match=r"^BusyError: busy$") as caught:
        take("raises busy")
    assert (caught.value.transient, caught.value.retry_after) == (True, 3)


def test_a_failure_tells_where_it_comes_from_as_it_does_inline(take, new_host, site, monkeypatch):
    monkeypatch.syspath_prepend(site)
    adapter, _ = find_adapter("tiny")

    async def inline():
        async with adapter.open(adapter.options(), Setup(agent="a", seed=1)) as agent:
            await agent(draft("raises nonsense"), new_host())

    with pytest.raises(TurnError) as there:
        take("raises nonsense")
    with pytest.raises(ValueError, match="nonsense") as here:
        asyncio.run(inline())
    told = there.value.traceback
    assert traceback_of(here.value).endswith(told)
    assert f'  File "{site / "massgen_hub_tiny.py"}", line ' in told
    assert told.endswith("else ValueError(rest)\nValueError: nonsense")


def test_an_agent_that_exits_in_python_only_fails_its_turn(opened, new_host):
    async def turns():
        async with opened() as agent:
            with pytest.raises(TurnError, match=r"^SystemExit: 4$"):
                await agent(draft("leaves"), new_host())
            return await agent(draft("greets"), new_host())

    assert asyncio.run(turns()).text == "hello"


def test_a_reply_of_another_type_fails_the_turn(take):
    with pytest.raises(TurnError, match="returned None; expected a Reply"):
        take("returns_none")


def test_a_reply_that_json_cannot_carry_fails_the_turn(take):
    with pytest.raises(TurnError, match="a `Tiny` is not plain JSON"):
        take("returns_an_object")


def test_a_turn_of_64_megabytes_arrives(take):
    turn = replace(draft("greets"), prompt="x" * 64_000_000)
    assert take("", turn=turn)[0].text == "hello"


def test_ten_megabytes_pass(take):
    assert len(take("is_long 10000000")[0].text) == 10_000_000


def test_a_reply_that_is_too_long_for_the_wire_fails_the_turn_and_not_the_worker(opened, new_host):
    async def turns():
        async with opened() as agent:
            first = (await agent(draft("describes"), new_host())).data["pid"]
            with pytest.raises(TurnError, match=r"^17,0\d\d,\d{3} bytes are more than the 16,777,216"):
                await agent(draft("is_long 17000000"), new_host())
            return first, (await agent(draft("describes"), new_host())).data["pid"]

    first, second = asyncio.run(turns())
    assert first == second


def test_what_an_agent_prints_goes_to_the_log_and_not_to_the_hub(take, tmp_path):
    log = tmp_path / "runs" / "a.log"
    assert take("prints", log=log)[0].text == "clean"
    printed = log.read_text()
    assert "forged" in printed
    assert "from a child" in printed
    assert "on stderr" in printed


def test_the_log_is_for_its_owner_only(take, tmp_path):
    take("prints", log=tmp_path / "a.log")
    assert (tmp_path / "a.log").stat().st_mode & 0o777 == 0o600


def test_stdin_of_an_agent_is_empty(take):
    assert take("reads")[0].text == "'' b''"


def test_a_worker_compiles_where_the_hub_does(monkeypatch, tmp_path):
    monkeypatch.setenv("PYTHONPYCACHEPREFIX", "there")
    launch = Launch(python=Path(sys.executable), home=tmp_path, log=tmp_path / "log")
    assert launch.environment()["PYTHONPYCACHEPREFIX"] == "there"


def test_secrets_of_the_hub_do_not_reach_the_agent(take, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    monkeypatch.setenv("LC_TIME", "C.UTF-8")
    environment = take("describes")[0].data["environment"]
    assert "sk-secret" not in str(environment)
    assert environment["LC_TIME"] == "C.UTF-8"


def test_an_agent_has_a_home_of_its_own_that_is_gone_afterwards(take):
    environment = take("describes")[0].data["environment"]
    assert environment["HOME"] != os.environ.get("HOME")
    assert environment["TMPDIR"].startswith(environment["HOME"])
    assert not Path(environment["HOME"]).exists()


def test_an_agent_works_in_the_folder_of_its_setup(take, tmp_path):
    folder = tmp_path / "agents" / "a"
    reply, _ = take("describes", setup=Setup(agent="a", seed=1, folder=str(folder)))
    assert reply.data["folder"] == str(folder)


def test_an_agent_without_a_folder_works_where_the_hub_does(take):
    assert take("describes")[0].data["folder"] == str(Path.cwd())


def test_modules_of_the_working_folder_hide_no_installed_ones(take, tmp_path):
    (tmp_path / "json.py").write_text("raise SystemExit('the wrong json')")
    setup = Setup(agent="a", seed=1, folder=str(tmp_path))
    assert take("greets", setup=setup, paths=[tmp_path])[0].text == "hello"


def test_the_target_is_imported_in_the_worker(take, tmp_path):
    (tmp_path / "mine.py").write_text("agent = {'my': 'agent'}")
    reply, _ = take("describes", target="mine:agent", paths=[tmp_path])
    assert reply.data["target"] == "{'my': 'agent'}"


def test_several_workers_open_and_work_at_once(opened, new_host):
    async def one(number):
        async with opened(greeting=str(number)) as agent:
            return (await agent(draft("greets"), new_host())).text

    async def several():
        return await asyncio.gather(*map(one, range(4)))

    assert asyncio.run(several()) == ["0", "1", "2", "3"]


def test_turns_of_one_agent_are_taken_one_after_the_other(opened, new_host):
    async def turns():
        async with opened() as agent:
            replies = await asyncio.gather(*(agent(draft("greets"), new_host()) for _ in range(3)))
            return [reply.text for reply in replies]

    assert asyncio.run(turns()) == ["hello"] * 3


def test_options_that_json_cannot_carry_are_an_error(take):
    with pytest.raises(ConfigError, match="the options cannot go to a worker: a `object` is not plain JSON"):
        take("greets", greeting=object())
