"""How workers end: cancelled, killed, dead by themselves, closed, or left alone."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from living import cancelled, children, command_of, gone, pid_of, until, until_gone
from massgen_hub.errors import TurnError, WorkerDied
from massgen_hub.testing import draft
from massgen_hub.worker import Limits
from massgen_hub.worker.messages import VERSION

HERE = Path(__file__).parent


@pytest.mark.parametrize("behaviour", ["blocks", "waits"])
def test_cancelling_a_turn_that_only_a_kill_stops_ends_its_process(opened, new_host, behaviour):
    async def turns():
        async with opened(kill=True) as agent:
            pid = await pid_of(agent, new_host())
            took = await cancelled(agent, behaviour, new_host())
            await until_gone(pid)
            return took

    assert asyncio.run(turns()) < 5  # of the 60 s that the turn would have taken


def test_a_process_that_holds_python_is_killed_after_the_grace(opened, new_host):
    async def turns():
        async with opened(limits=Limits(grace=0.05)) as agent:
            pid = await pid_of(agent, new_host())
            await cancelled(agent, "holds_python", new_host())
            await until_gone(pid)
            return (await agent(draft("greets"), new_host())).text

    assert asyncio.run(turns()) == "hello"


def test_the_turn_after_a_kill_is_taken_by_a_new_process(opened, new_host):
    async def turns():
        async with opened(kill=True) as agent:
            first = await pid_of(agent, new_host())
            await cancelled(agent, "blocks", new_host())
            return first, await pid_of(agent, new_host())

    first, second = asyncio.run(turns())
    assert first != second


def test_an_agent_that_can_be_cancelled_keeps_its_process(opened, new_host):
    async def turns():
        async with opened(kill=False) as agent:
            first = await pid_of(agent, new_host())
            await cancelled(agent, "waits", new_host())
            return first, await pid_of(agent, new_host())

    first, second = asyncio.run(turns())
    assert first == second


def test_cancelling_while_a_question_is_open_ends_the_question_too(opened, new_host):
    async def turns():
        asked, ended = asyncio.Event(), asyncio.Event()

        class Silent(new_host):
            async def ask(self, question):
                asked.set()
                try:
                    await asyncio.Event().wait()
                finally:
                    ended.set()

        async with opened() as agent:
            turn = asyncio.create_task(agent(draft("asks ?"), Silent()))
            await asked.wait()
            turn.cancel()
            with pytest.raises(asyncio.CancelledError):
                await turn
            await asyncio.wait_for(ended.wait(), 5)
            return (await agent(draft("greets"), new_host())).text

    assert asyncio.run(turns()) == "hello"


def test_a_killed_worker_fails_its_turn_and_the_retry_works(opened, new_host):
    async def turns():
        async with opened() as agent:
            pid, host = await pid_of(agent, new_host()), new_host()
            turn = asyncio.create_task(agent(draft("waits"), host))
            await host.spoken.wait()
            os.kill(pid, signal.SIGKILL)
            with pytest.raises(WorkerDied, match="the agent's worker was killed by SIGKILL") as caught:
                await turn
            assert caught.value.transient
            return (await agent(draft("greets"), new_host())).text

    assert asyncio.run(turns()) == "hello"


def test_a_worker_that_dies_between_turns_is_replaced_without_a_word(opened, new_host):
    async def turns():
        async with opened() as agent:
            pid = await pid_of(agent, new_host())
            os.kill(pid, signal.SIGKILL)
            session = await agent.open()
            await until(lambda: session.over)
            return (await agent(draft("greets"), new_host())).text

    assert asyncio.run(turns()) == "hello"


def test_an_agent_that_ends_its_process_fails_its_turn_with_the_exit_code_and_what_it_printed(
    opened, new_host, tmp_path
):
    async def turns():
        async with opened(log=tmp_path / "a.log") as agent:
            with pytest.raises(WorkerDied) as caught:
                await agent(draft("exits 3"), new_host())
            return caught.value

    died = asyncio.run(turns())
    assert died.message == "the agent's worker ended with exit code 3; the last it printed:\n  last words"
    assert died.hint == f"all that it printed is in {tmp_path / 'a.log'}"
    assert died.transient


def test_the_last_lines_are_those_of_the_process_that_died(opened, new_host):
    async def turns():
        async with opened() as agent:
            for code in ("3", "4"):
                with pytest.raises(WorkerDied) as caught:
                    await agent(draft(f"exits {code}"), new_host())
            return caught.value.message

    assert asyncio.run(turns()).count("last words") == 1


def test_a_stopped_worker_counts_as_dead(opened, new_host):
    async def turns():
        async with opened(limits=Limits(silence=0.5)) as agent:
            with pytest.raises(WorkerDied, match=r"no sign of life for 0\.5 s") as caught:
                await agent(draft("stops"), new_host())
            assert caught.value.transient

    asyncio.run(turns())


def test_a_stopped_worker_that_goes_on_in_time_keeps_its_turn(opened, new_host):
    async def turns():
        async with opened(limits=Limits(silence=20)) as agent:
            pid, host = await pid_of(agent, new_host()), new_host()
            os.kill(pid, signal.SIGSTOP)
            turn = asyncio.create_task(agent(draft("greets"), host))
            done, _ = await asyncio.wait([turn], timeout=0.2)
            os.kill(pid, signal.SIGCONT)
            return done, (await turn).text, pid == await pid_of(agent, new_host())

    assert asyncio.run(turns()) == (set(), "hello", True)


def test_a_turn_that_a_stopped_worker_does_not_read_is_cancelled_at_once(opened, new_host):
    async def turns():
        async with opened(limits=Limits(grace=0.05)) as agent:
            pid = await pid_of(agent, new_host())
            os.kill(pid, signal.SIGSTOP)
            turn = asyncio.create_task(agent(draft("greets " + "x" * 64_000_000), new_host()))
            await asyncio.wait([turn], timeout=0.1)
            turn.cancel()
            with pytest.raises(asyncio.CancelledError):
                await turn
            await until_gone(pid)
            return (await agent(draft("greets"), new_host())).text

    assert asyncio.run(turns()) == "hello"


def test_a_worker_that_is_only_busy_does_not(opened, new_host):
    async def turns():
        async with opened(limits=Limits(silence=0.5)) as agent:
            host = new_host()
            turn = asyncio.create_task(agent(draft("blocks"), host))
            await host.spoken.wait()
            done, _ = await asyncio.wait([turn], timeout=1.2)
            turn.cancel()
            return done

    assert asyncio.run(turns()) == set()


def test_a_worker_in_which_python_is_stuck_ends_itself_and_says_where(opened, new_host):
    async def turns():
        async with opened(limits=Limits(silence=4)) as agent:
            with pytest.raises(WorkerDied, match="ended with exit code 1") as caught:
                await agent(draft("holds_python"), new_host())
            return caught.value.message

    assert "in holds_python" in asyncio.run(turns())


@pytest.mark.parametrize("way", ["cancel", "kill", "close"])
def test_children_of_a_worker_end_with_it(opened, new_host, way):
    async def turns():
        async with opened(kill=True) as agent:
            pid, host = await pid_of(agent, new_host()), new_host()
            if way == "close":
                return int((await agent(draft("has_a_child briefly"), host)).text)
            turn = asyncio.create_task(agent(draft("has_a_child"), host))
            await host.spoken.wait()
            os.kill(pid, signal.SIGKILL) if way == "kill" else turn.cancel()
            await asyncio.wait([turn])
            turn.cancelled() or turn.exception()
            return int(host.text)

    async def watched():
        await until_gone(await turns())

    asyncio.run(watched())


def test_ctrl_c_does_not_end_a_worker(opened, new_host):
    async def turns():
        async with opened() as agent:
            pid = await pid_of(agent, new_host())
            os.killpg(pid, signal.SIGINT)
            return pid, await pid_of(agent, new_host())

    first, second = asyncio.run(turns())
    assert first == second


def test_closing_lets_the_agent_close(opened, tmp_path):
    async def opens():
        async with opened(log=tmp_path / "a.log"):
            pass

    asyncio.run(opens())
    assert (tmp_path / "a.log").read_text() == "closed\n"


def test_closing_in_the_middle_of_a_turn_that_cannot_stop_does_not_wait_for_it(opened, new_host):
    async def turns():
        async with opened(kill=True) as agent:
            host = new_host()
            turn = asyncio.create_task(agent(draft("blocks"), host))
            await host.spoken.wait()
            began = time.perf_counter()
        with pytest.raises(TurnError):
            await turn
        return time.perf_counter() - began

    assert asyncio.run(turns()) < 5


def test_cancelling_while_a_worker_starts_leaves_nothing(opened):
    async def opens():
        before = children()
        context = opened()
        opening = asyncio.create_task(context.__aenter__())
        await until(lambda: children() != before)
        opening.cancel()
        with pytest.raises(asyncio.CancelledError):
            await opening
        assert children() == before

    asyncio.run(opens())


def test_no_process_thread_or_descriptor_is_left(opened, new_host):
    def counted():
        threads = [one for one in threading.enumerate() if not one.name.startswith("asyncio_")]  # the loop's own
        return len(list(Path("/proc/self/fd").iterdir())), len(threads), children()

    async def turns():
        async with opened(kill=True) as agent:
            await agent(draft("greets"), new_host())
            await cancelled(agent, "blocks", new_host())
            await agent(draft("greets"), new_host())

    async def several():
        await turns()  # the loop's own descriptors are made here
        before = counted()
        for _ in range(3):
            await turns()
        assert counted() == before

    asyncio.run(several())


# A worker without a client, to see what it does when the hub is gone.


@pytest.fixture
def alone(site):
    """A worker with an open agent whose turn has started a child: the worker, and the child's process id."""
    command = [sys.executable, "-m", "massgen_hub.worker"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, bufsize=0, start_new_session=True) as worker:
        turn = {"run": "r", "agent": "a", "round": 1, "attempt": 1, "kind": "draft", "task": {"text": "has_a_child"}}
        order = {"adapter": "tiny", "options": {}, "setup": {"agent": "a", "seed": 1}, "path": [str(site)]}
        for message in (
            {"type": "open", "version": VERSION, "target": None, "silence": 60, **order},
            {"type": "take", "id": 1, "turn": {**turn, "prompt": ""}},
        ):
            worker.stdin.write(json.dumps(message).encode() + b"\n")
        lines = (json.loads(line) for line in worker.stdout)
        yield worker, next(int(line["text"]) for line in lines if line["type"] == "say")
        worker.kill()


@pytest.mark.parametrize("way", ["end of file", "SIGTERM"])
def test_a_worker_whose_hub_is_gone_ends_with_its_children(alone, way):
    worker, child = alone
    worker.stdin.close() if way == "end of file" else worker.terminate()
    worker.wait(5)
    asyncio.run(until_gone(child))


HUB = """
import asyncio, sys
from massgen_hub.contract import Setup
from massgen_hub.testing import RecordingHost, draft
from massgen_hub.worker import open_in_worker

class Telling(RecordingHost):
    def say(self, text, part=0):
        print(text, flush=True)

async def main():
    async with open_in_worker("tiny", {}, Setup(agent="a", seed=1), None, paths=[sys.argv[1]]) as agent:
        print((await agent(draft("describes"), RecordingHost())).data["pid"], flush=True)
        await agent(draft(sys.argv[2]), Telling())

asyncio.run(main())
"""


@pytest.mark.parametrize(
    "behaviour",
    [
        "has_a_child",
        "blocks",
        "sleeps",
        "detaches bare waits",
        "holds_python",
        "stops",
        "detaches bare, holds_python",
        "detaches naked, holds_python",
    ],
)
def test_nothing_is_left_of_a_worker_when_the_hub_is_killed(site, behaviour, tmp_path):
    command = [sys.executable, "-c", HUB, str(site), behaviour]
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as hub:
        started = [hub.stdout.readline().strip(), hub.stdout.readline().strip()]
        hub.kill()
    for pid in filter(str.isdigit, started):
        asyncio.run(until_gone(int(pid)))
    asyncio.run(until(lambda: list(tmp_path.iterdir()) == []))


def test_nothing_is_left_when_a_copy_of_the_killed_hub_lives_on(site, tmp_path):
    copying = "import os, time\nos.register_at_fork(after_in_child=lambda: time.sleep(60))\n" + HUB
    program = copying.replace(
        "        await agent(draft(sys.argv[2])", "        os.fork()\n        await agent(draft(sys.argv[2])"
    )
    command = [sys.executable, "-c", program, str(site), "stops"]
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment, start_new_session=True) as hub:
        worker = int(hub.stdout.readline())
        assert hub.stdout.readline() == "working\n"
        hub.kill()
        asyncio.run(until_gone(worker))
        os.killpg(hub.pid, signal.SIGKILL)


@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGSTOP])
def test_a_warden_that_somebody_ends_or_stops_holds_up_nobody_and_is_replaced(opened, new_host, sent):
    def wardens():
        return [int(pid) for pid in children() if b"worker.warden" in command_of(pid)]

    async def turns():
        async with opened():
            [first] = wardens()
            os.kill(first, sent)
            await until(lambda: sent == signal.SIGSTOP or gone(first))
            async with opened() as agent:
                assert (await agent(draft("greets"), new_host())).text == "hello"
                assert (wardens() == [first]) == (sent == signal.SIGSTOP)
                assert len(wardens()) == 1

    asyncio.run(turns())
    assert children() == set()


def test_the_end_of_the_thread_that_started_a_worker_is_not_the_end_of_the_hub(opened, new_host):
    loop, context, agents = asyncio.new_event_loop(), opened(), []
    starting = threading.Thread(target=lambda: agents.append(loop.run_until_complete(context.__aenter__())))
    starting.start()
    starting.join()

    async def turns():
        first = await pid_of(agents[0], new_host())
        second = await pid_of(agents[0], new_host())
        await context.__aexit__(None, None, None)
        return first, second

    first, second = loop.run_until_complete(turns())
    loop.close()
    assert first == second
