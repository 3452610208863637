"""What may happen to a worker, and what it may do: who is told, why, and that nothing is left."""

import asyncio
import os
import signal
import subprocess
import sys

import pytest
from living import cancelled, children, gone, pid_of, until, until_gone
from massgen_hub.errors import PluginError, WorkerDied
from massgen_hub.testing import draft
from massgen_hub.worker import Limits, family, log

MB = 10**6


@pytest.fixture
def died(opened, new_host):
    """How a worker died in a turn; its error, and that the turn after it is taken by a new one."""

    def once(*prompts, **options):
        async def turns():
            async with opened(**options) as agent:
                for prompt in prompts[:-1]:
                    await agent(draft(prompt), new_host())
                with pytest.raises(WorkerDied) as caught:
                    await agent(draft(prompts[-1]), new_host())
                assert (await agent(draft("greets"), new_host())).text == "hello"
            assert children() == set()
            return caught.value

        return asyncio.run(turns())

    return once


# Deaths.


def test_a_worker_that_is_killed_before_its_first_turn_is_replaced_without_a_word(opened, new_host):
    async def turns():
        async with opened() as agent:
            session = await agent.open()
            os.kill(session.ready.pid, signal.SIGKILL)
            await until(lambda: session.over)
            return session.ready.pid, await pid_of(agent, new_host())

    first, second = asyncio.run(turns())
    assert first != second


def test_a_turn_that_meets_a_worker_in_the_moment_of_its_death_may_be_tried_again(opened, new_host):
    async def turns():
        async with opened() as agent:
            os.kill((await agent.open()).ready.pid, signal.SIGKILL)
            with pytest.raises(WorkerDied, match="was killed by SIGKILL") as caught:
                await agent(draft("greets"), new_host())
            assert caught.value.transient
            return (await agent(draft("greets"), new_host())).text

    assert asyncio.run(turns()) == "hello"


@pytest.mark.parametrize(
    ("behaviour", "ended"),
    [
        ("exits 0", "ended with exit code 0; the last it printed:\n  last words"),
        ("dies", "was killed by SIGKILL"),
        ("aborts 0", "was killed by SIGABRT; the last it printed:\n  Fatal Python error: Aborted"),
    ],
)
def test_a_worker_that_ends_in_the_middle_of_a_turn_says_how(died, behaviour, ended):
    error = died(behaviour)
    assert error.message.startswith(f"the agent's worker {ended}")
    assert error.transient


def test_a_worker_that_crashes_says_where_however_deep(died):
    message = died("aborts 50").message
    assert ", line " in message.splitlines()[3]
    assert message.splitlines()[3].endswith(" in descend")


def test_a_worker_outlives_its_children(opened, new_host):
    async def turns():
        async with opened() as agent:
            first = await pid_of(agent, new_host())
            return (await agent(draft("loses_a_child"), new_host())).text, first, await pid_of(agent, new_host())

    text, first, second = asyncio.run(turns())
    assert text == str(-signal.SIGKILL)
    assert first == second


def test_a_worker_that_somebody_asks_to_end_dies_and_the_retry_works(opened, new_host):
    async def turns():
        async with opened() as agent:
            pid, host = await pid_of(agent, new_host()), new_host()
            turn = asyncio.create_task(agent(draft("waits"), host))
            await host.spoken.wait()
            os.kill(pid, signal.SIGTERM)
            with pytest.raises(WorkerDied) as caught:
                await turn
            assert caught.value.transient
            return (await agent(draft("greets"), new_host())).text

    assert asyncio.run(turns()) == "hello"


def test_workers_that_die_together_are_told_apart(opened, new_host):
    async def one(code):
        async with opened() as agent:
            with pytest.raises(WorkerDied) as caught:
                await agent(draft(f"exits {code}"), new_host())
            return caught.value.message.partition(";")[0]

    async def several():
        return await asyncio.gather(*map(one, (3, 4)))

    assert asyncio.run(several()) == [f"the agent's worker ended with exit code {code}" for code in (3, 4)]
    assert children() == set()


def test_a_turn_that_blocks_the_loop_of_its_worker_is_ended_by_a_kill(opened, new_host):
    async def turns():
        async with opened(limits=Limits(grace=0.05)) as agent:
            pid = await pid_of(agent, new_host())
            await cancelled(agent, "sleeps", new_host())
            await until_gone(pid)
            return (await agent(draft("greets"), new_host())).text

    assert asyncio.run(turns()) == "hello"


# Openings.

NEVER_READY = "import time; time.sleep(60)"
NEVER_OPEN = """print('{"type": "ready", "version": 1}', flush=True); import time; time.sleep(60)"""


@pytest.mark.parametrize(
    ("program", "hint"), [(NEVER_READY, "can `{python}` import massgen_hub?"), (NEVER_OPEN, "")], ids=["ready", "open"]
)
def test_a_worker_that_never_gets_there_is_an_error_and_gone(opened, executable, program, hint):
    python = executable(f"#!{sys.executable}\n{program}\n")

    async def opens():
        async with opened(python=python, limits=Limits(start=0.3)):
            pass

    with pytest.raises(PluginError) as caught:
        asyncio.run(opens())
    assert caught.value.message == "the agent was not open after 0.3 s"
    assert caught.value.hint == hint.format(python=python)
    assert children() == set()


def test_workers_start_side_by_side(opened, tmp_path):
    async def one():
        async with opened(waits_for=4, meets_in=str(tmp_path)):
            pass

    async def several():
        async with asyncio.timeout(30):
            await asyncio.gather(*(one() for _ in range(4)))

    asyncio.run(several())
    assert len(list(tmp_path.iterdir())) == 4


# Children that nobody would find by their group or their parent.


@pytest.mark.parametrize(
    ("way", "environment"),
    [
        *((way, environment) for way in ("cancel", "kill", "close") for environment in ("whole", "bare")),
        *((way, "naked") for way in ("cancel", "close")),  # nobody knows whose it is once its worker was killed
    ],
)
def test_children_that_have_left_end_with_their_worker(opened, new_host, way, environment):
    async def turns():
        async with opened(kill=True) as agent:
            pid, host = await pid_of(agent, new_host()), new_host()
            if way == "close":
                return int((await agent(draft(f"detaches {environment}"), host)).text)
            turn = asyncio.create_task(agent(draft(f"detaches {environment} waits"), host))
            await host.spoken.wait()
            os.kill(pid, signal.SIGKILL) if way == "kill" else turn.cancel()
            await asyncio.wait([turn])
            turn.cancelled() or turn.exception()
            await until_gone(int(host.text))  # while the agent is still open
            return int(host.text)

    assert gone(asyncio.run(turns()))


@pytest.mark.parametrize("way", ["cancel", "kill"])
def test_a_guard_outlives_the_worker_that_it_tidies_up_after(opened, new_host, way):
    async def turns():
        async with opened(kill=True) as agent:
            worker, host = await pid_of(agent, new_host()), new_host()
            turn = asyncio.create_task(agent(draft("is_guarded"), host))
            await host.spoken.wait()
            os.kill(worker, signal.SIGKILL) if way == "kill" else turn.cancel()
            await asyncio.wait([turn])
            turn.cancelled() or turn.exception()
            return map(int, host.text.split())

    guard, other = asyncio.run(turns())
    try:
        assert gone(other)
        assert not gone(guard)
    finally:
        os.kill(guard, signal.SIGKILL)


def test_a_copy_of_a_worker_does_not_speak_for_it_and_ends_with_it(opened, new_host, tmp_path):
    copy = tmp_path / "copy"

    async def turns():
        async with opened() as agent:
            host = new_host()
            return (await agent(draft(f"forks {copy}"), host)).text, host.order

    assert asyncio.run(turns()) == ("mine", [])
    assert gone(int(copy.read_text()))


# Printing.


def test_the_log_of_a_worker_that_prints_without_end_keeps_its_beginning_and_its_end(opened, new_host, tmp_path):
    path = tmp_path / "a.log"

    async def turns():
        async with opened(log=path, limits=Limits(trim=0.01)) as agent:
            replies = [(await agent(draft("prints_without_end 40"), new_host())).text for _ in range(2)]
            with pytest.raises(WorkerDied) as caught:
                await agent(draft("exits 3"), new_host())
            return replies, caught.value.message

    replies, died = asyncio.run(turns())
    text = path.read_text()
    assert replies == ["done"] * 2
    assert path.stat().st_size <= log.LONGEST
    assert text.startswith("the first line\n0000000\n")
    assert "\n[massgen-hub left out " in text
    assert text.endswith("the last line\nlast words\n")
    assert died.endswith("the last line\n  last words")


def test_the_lines_of_a_process_are_told_apart_from_earlier_ones_in_a_log_that_is_cut(opened, new_host, tmp_path):
    path = tmp_path / "a.log"
    path.write_bytes(b"earlier\n" * (log.LONGEST // 8))

    async def turns():
        async with opened(log=path, limits=Limits(trim=0.01)) as agent:
            with pytest.raises(WorkerDied) as caught:
                await agent(draft("exits 3"), new_host())
            return caught.value.message

    assert asyncio.run(turns()).endswith("; the last it printed:\n  last words")
    assert path.stat().st_size < log.LONGEST


# Memory.


@pytest.mark.parametrize("behaviour", ["leaks", "has_a_child_that_leaks"])
def test_a_worker_that_uses_more_memory_than_it_may_is_ended_and_not_tried_again(died, behaviour):
    error = died(f"{behaviour} 200", memory=150 * MB, limits=Limits(weigh=0.05))
    start = "the agent's worker used more than its 150 MB of memory (it had "
    assert error.message.startswith(start)
    assert 150 <= int(error.message.removeprefix(start).split()[0]) < 400
    assert not error.transient


def test_one_that_kept_what_earlier_turns_needed_is_tried_again(died):
    error = died("keeps 80", "leaks 80", memory=150 * MB, limits=Limits(weigh=0.05))
    assert "used more than its 150 MB" in error.message
    assert error.transient


def test_a_worker_that_stays_below_its_memory_is_left_alone(opened, new_host):
    async def turns():
        async with opened(memory=400 * MB, limits=Limits(weigh=0.01)) as agent:
            host = new_host()
            turn = asyncio.create_task(agent(draft("leaks 20"), host))
            await host.spoken.wait()
            done, _ = await asyncio.wait([turn], timeout=0.2)
            turn.cancel()
            return done

    assert asyncio.run(turns()) == set()


def test_memory_counts_while_the_agent_opens(opened, tmp_path):
    (tmp_path / "heavy.py").write_text("import time\nkept = b'x' * (200 << 20)\ntime.sleep(60)")

    async def opens():
        async with opened(target="heavy:agent", paths=[tmp_path], memory=150 * MB, limits=Limits(weigh=0.05)):
            pass

    with pytest.raises(PluginError, match="used more than its 150 MB of memory"):
        asyncio.run(opens())


def test_where_nobody_can_tell_memory_is_not_watched_and_that_is_said(opened, new_host, tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(family, "PROC", tmp_path)

    async def turns():
        async with opened(memory=1) as agent:
            return (await agent(draft("greets"), new_host())).text

    assert asyncio.run(turns()) == "hello"
    assert "the memory of the agent `a` is not watched: this system has no /proc" in caplog.text


@pytest.fixture
def home():
    home = family.new_home()
    yield home
    family.end_family(home)
    family.remove_home(home)


def test_pages_that_processes_share_count_once(home):
    shares = (
        "import os, time; kept = b'x' * (64 << 20); [os.fork() for _ in range(2)]; print(flush=True); time.sleep(60)"
    )
    environment = {**os.environ, "HOME": str(home)}
    with subprocess.Popen([sys.executable, "-c", shares], stdout=subprocess.PIPE, env=environment) as shared:
        for _ in range(4):
            shared.stdout.readline()
        assert len(family.family(home)) == 4
        assert family.memory_of(home, most=2**40) > 4 * 64 * 2**20
        assert 64 * 2**20 < family.memory_of(home, most=0) < 2 * 64 * 2**20
        family.end_family(home)
    assert family.family(home) == []


def test_a_home_that_others_live_in_is_left_alone(tmp_path):
    environment = {**os.environ, "HOME": str(tmp_path)}
    with subprocess.Popen(["sleep", "60"], env=environment) as process:
        family.end_family(tmp_path)
        family.remove_home(tmp_path)
        assert process.poll() is None
        assert tmp_path.exists()
        process.kill()
