"""The wire itself: workers that break its rules, and a hub that does."""

import asyncio
import json
import subprocess
import sys
import time
from dataclasses import replace

import pytest
from massgen_hub.contract import Activity, Question, Reply, Setup, Task, Tool, Turn, Usage
from massgen_hub.errors import ModelError, NotAvailable, PluginError, TurnError, WorkerDied
from massgen_hub.testing import draft, vote
from massgen_hub.worker.failures import to_error, to_failure
from massgen_hub.worker.messages import (
    VERSION,
    Answer,
    Ask,
    Call,
    Close,
    Failed,
    Failure,
    Note,
    Open,
    Replied,
    Spend,
    Take,
    WireError,
    encode,
    from_hub,
    from_worker,
)

TURN = Turn(run="r", agent="a", round=1, attempt=2, kind="draft", task=Task(text="?", files=("f",)), prompt="?")
OPEN = Open(
    version=VERSION,
    adapter="x",
    options={"a": [1]},
    setup=Setup(agent="a", seed=2, tools=(Tool(name="t", description="d", parameters={}),)),
    target="m:a",
    path=("p",),
    silence=1.5,
)
IMPOSTOR = """#!{python}
import json, sys, time

def send(**message):
    print(json.dumps(message), flush=True)

send(type="ready", version={version})
sys.stdin.readline()
send(type="opened", distribution="d", version="1", traits={{"cancel": "task"}})
number = json.loads(sys.stdin.readline())["id"]
{rest}
time.sleep(60)
"""


@pytest.fixture
def meet(opened, new_host, executable):
    """A turn of an agent whose worker, once the turn has begun, does as it is told here."""

    def once(rest, version=VERSION):
        python = executable(IMPOSTOR.format(python=sys.executable, version=version, rest=rest))

        async def turns():
            async with opened(python=python) as agent:
                host = new_host()
                return await agent(draft(), host), host

        return asyncio.run(turns())

    return once


@pytest.mark.parametrize(
    ("sends", "says"),
    [
        ("print('Loading model...', flush=True)", "this is no JSON: 'Loading model...'"),
        ("print('[1]', flush=True)", r"an unknown message: '\[1\]'"),
        ("send(type='vote', id=number)", "an unknown message: .*vote"),
        ("send(type='say', id=number)", "a `Say` needs `text`"),
        ("send(type='replied', id=number, reply='text')", "expected the fields of a `Reply`, got 'text'"),
        ("sys.stdout.buffer.write(bytes([255, 254, 10])); sys.stdout.flush()", "this is no JSON"),
        ("print('x' * (17 << 20), flush=True)", "sent a line of more than 16,777,216 bytes"),
        ("send(type='refused', failure={'message': 'enough'})", "broke off: enough"),
        ("send(type='opened', distribution='d', version='1', traits={})", "opened its agent twice"),
        ("send(type='ready', version=7)", "broke off: the worker speaks version 7 of its protocol"),
        ("send(type='say', id=number, text=5, part=0)", "expected a `str`, got 5"),
        ("send(type='replied', id=True, reply={'text': 'forged'})", "expected a `int`, got True"),
        ("send(type='spend', id=number, usage={'input': 'many'})", "expected a `int`, got 'many'"),
        ("send(type='note', id=number, activity={'kind': 7})", "expected a `str`, got 7"),
        ("send(type='failed', id=number, failure={'retry_after': 'soon'})", "expected a `float`, got 'soon'"),
        ("print('[' * 100_000, flush=True)", "this is no JSON"),
        ("print('{\"id\":' + '9' * 5000 + '}', flush=True)", "this is no JSON"),
        (
            "while True: send(type='call', id=number, ask=1, tool='t' * 9000, arguments={})",
            "asks, and does not read the answers",
        ),
    ],
)
def test_a_worker_that_breaks_the_rules_is_ended_and_not_tried_again(meet, sends, says):
    with pytest.raises(WorkerDied, match=says) as caught:
        meet(sends)
    assert not caught.value.transient


def test_a_line_may_come_in_pieces_and_several_at_once(meet):
    said = json.dumps({"type": "say", "id": 1, "text": "é", "part": 0}, ensure_ascii=False)
    replied = json.dumps({"type": "replied", "id": 1, "reply": {"text": "done"}})
    data = f"{said}\n{said}\n{replied}\n".encode()
    pieces = [data[:30], data[30:31], data[31:90], data[90:]]
    reply, host = meet(f"for piece in {pieces!r}: sys.stdout.buffer.write(piece), sys.stdout.flush(), time.sleep(0.02)")
    assert reply.text == "done"
    assert host.order == ["é", "é"]


def test_numbers_that_are_none_are_null(meet):
    reply, host = meet(
        'print(\'{"type":"spend","id":1,"usage":{"input":NaN,"cost":-Infinity}}\', flush=True)\n'
        'print(\'{"type":"replied","id":1,"reply":{"data":[NaN,1e999,1.5]}}\', flush=True)'
    )
    assert host.order == [Usage()]
    assert reply.data == [None, None, 1.5]


def test_others_go_on_while_a_worker_floods_the_hub(opened, new_host, executable):
    said = json.dumps({"type": "say", "id": 1, "text": "x", "part": 0})
    rest = f"print(({said!r} + chr(10)) * 500 + {json.dumps({'type': 'replied', 'id': 1, 'reply': {}})!r}, flush=True)"
    python = executable(IMPOSTOR.format(python=sys.executable, version=VERSION, rest=rest))

    class Slow(new_host):
        def say(self, text, part=0):
            super().say(text, part)
            until = time.perf_counter() + 0.002
            while time.perf_counter() < until:
                pass

    async def turns():
        async with opened(python=python) as agent:
            host, most, before = Slow(), 0, 0
            turn = asyncio.create_task(agent(draft(), host))
            while not turn.done():
                most, before = max(most, len(host.order) - before), len(host.order)
                await asyncio.sleep(0)
            return most, len(host.order)

    most, all_ = asyncio.run(turns())
    assert (most, all_) == (1, 500)


def test_what_belongs_to_another_turn_is_ignored(meet):
    reply, host = meet(
        "send(type='say', id=number + 7, text='late', part=0)\n"
        "send(type='replied', id=number + 7, reply={'text': 'late'})\n"
        "send(type='replied', id=number, reply={'text': 'mine'})"
    )
    assert (reply.text, host.order) == ("mine", [])


def test_a_worker_of_another_version_is_refused(meet):
    with pytest.raises(PluginError, match=r"speaks version 2 of its protocol .* this hub 1"):
        meet("", version=2)


def test_fields_of_a_newer_version_are_ignored():
    assert from_hub(b'{"type":"close","why":"bored"}') == Close()


def talk(*messages):
    """What a real worker says to these lines, until it leaves."""
    lines = b"".join(line + b"\n" for line in messages)
    command = [sys.executable, "-m", "massgen_hub.worker"]
    done = subprocess.run(command, input=lines, capture_output=True, timeout=30, start_new_session=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_worker_introduces_itself():
    ready = talk()[0]
    assert (ready["type"], ready["version"]) == ("ready", VERSION)
    assert ready["python"] == sys.version.partition(" ")[0]
    assert ready["hub"]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (b"hello", "the hub sent what the worker cannot read: this is no JSON: 'hello"),
        (b'{"type":"close"}', "a worker is told to open an agent first"),
        (
            encode(replace(OPEN, version=2)).strip(),
            "the hub speaks version 2 of the worker's protocol, this worker 1",
        ),
    ],
)
def test_a_worker_refuses_what_it_does_not_understand(line, says):
    refused = next(message for message in talk(line) if message["type"] == "refused")
    assert says in refused["failure"]["message"]


@pytest.mark.parametrize(
    ("message", "read"),
    [
        (Take(id=1, turn=TURN), from_hub),
        (Take(id=1, turn=vote()), from_hub),
        (Answer(ask=3, value=[1, {"x": None}]), from_hub),
        (Answer(ask=3, failure=Failure(error="NotAvailable", message="no")), from_hub),
        (OPEN, from_hub),
        (Note(id=1, activity=Activity(kind="info", text="\ud800 é")), from_worker),
        (Spend(id=1, usage=Usage(cost=0.1)), from_worker),
        (Ask(id=1, ask=2, question=Question(text="?", choices=("a", "b"))), from_worker),
        (Call(id=1, ask=2, tool="t", arguments={"x": 1}), from_worker),
        (Replied(id=1, reply=Reply(text="t", data={"kind": "draft"})), from_worker),
        (Failed(id=1, failure=Failure(message="m", transient=True)), from_worker),
    ],
)
def test_a_message_is_the_same_after_its_way(message, read):
    line = encode(message)
    assert line.count(b"\n") == 1
    assert read(line) == message


def test_the_hub_reads_no_message_of_its_own():
    with pytest.raises(WireError, match="an unknown message"):
        from_worker(encode(Close()))


@pytest.mark.parametrize(
    "error",
    [NotAvailable("nobody", hint="ask me"), TurnError("busy", transient=True), ModelError("no key", hint="set it")],
)
def test_errors_of_the_hub_are_the_same_after_their_way(error):
    arrived = to_error(to_failure(error))
    assert type(arrived) is type(error)
    assert vars(arrived) == vars(error)


def test_any_other_error_arrives_as_a_failed_turn_with_its_name():
    arrived = to_error(to_failure(ConnectionResetError("by peer")))
    assert type(arrived) is TurnError
    assert (arrived.message, arrived.transient) == ("ConnectionResetError: by peer", True)


def test_a_message_that_never_ends_is_cut():
    assert len(to_failure(ValueError("x" * 1_000_000)).message) == 10_000
