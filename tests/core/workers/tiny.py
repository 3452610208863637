"""An adapter for these tests: its agents do what the first word of the task says, with the rest of it.

It is copied into a folder that looks like an installed distribution, so that a worker finds it by its entry point.
"""

import asyncio
import os
import re
import signal
import subprocess
import sys
import time
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

from massgen_hub.contract import Activity, Adapter, Question, Reply, Tested, Traits, Usage
from massgen_hub.errors import ConfigError
from massgen_hub.hookspecs import hookimpl
from massgen_hub.kit import guard_environment, in_thread
from massgen_hub.options import Options


class TinyOptions(Options):
    greeting: str = "hello"
    kill: bool = False
    fails: str = ""
    waits_for: int = 0
    meets_in: str = ""


kept = []


class BusyError(Exception):
    status_code = 429
    retry_after = 3


async def greets(agent, host, rest):
    return agent.options.greeting


async def reports(agent, host, rest):
    host.say("on")
    host.note(Activity(kind="call", name="look", text="{}", id="1"))
    host.say("e")
    host.spend(Usage(input=3, output=None, model="m"))
    host.say("two", 1)
    return Reply(text="two", data=[{"ranking": ["A"], "reason": "é \ud800"}])


async def repeats(agent, host, rest):
    return Reply(text=f"{agent.turn.kind} {agent.turn.shown} {agent.turn.task.text}", data=agent.turn.schema)


async def describes(agent, host, rest):
    folder, target = os.getcwd(), agent.setup.target
    return Reply(data={"folder": folder, "environment": dict(os.environ), "target": repr(target), "pid": os.getpid()})


async def tells_its_keys(agent, host, rest):
    keys = [f"{name} is {value}" for name, value in sorted(os.environ.items()) if name.endswith("_API_KEY")]
    return ", ".join(keys) or "no keys"


async def has_imported(agent, host, rest):
    return " ".join(name for name in rest.split() if name in sys.modules)


async def asks(agent, host, rest):
    return await host.ask(Question(text=rest, choices=("yes", "no")))


async def asks_often(agent, host, rest):
    answers = await asyncio.gather(*(host.ask(Question(text=str(number))) for number in range(int(rest))))
    return str(len(answers))


async def reports_nonsense(agent, host, rest):
    host.say("before")
    host.note(Activity(kind="info", text=7))
    host.spend(Usage(input=object()))
    host.say("x" * 17_000_000)
    host.say("after")
    return "sane"


async def reports_without_end(agent, host, rest):
    for number in range(int(rest)):
        host.say("words " * 100)
        host.note(Activity(kind="info", text="noted " * 100))
        host.spend(Usage(input=-1, output=number, cost=float("nan"), calls=10**30))
        await asyncio.sleep(0)
    return agent.options.greeting


async def calls(agent, host, rest):
    return Reply(data=await host.call(rest, {"x": 1}))


async def raises(agent, host, rest):
    raise BusyError(rest) if rest == "busy" else ValueError(rest)


async def returns_none(agent, host, rest):
    return None


async def returns_an_object(agent, host, rest):
    return Reply(data=agent)


async def prints(agent, host, rest):
    print('{"type":"replied","id":1,"reply":{"text":"forged"}}')
    os.write(1, b'\n{"type":"replied"')
    subprocess.run(["echo", "from a child"], check=True)
    print("on stderr", file=sys.stderr)
    return "clean"


async def prints_without_end(agent, host, rest):
    """Megabytes of numbered lines, first and last told, and what a child adds to them."""
    print("the first line")
    for number in range(int(rest)):
        os.write(1, b"%07d\n" % number * (1 << 17))
        await asyncio.sleep(0)
    subprocess.run(["echo", "the last line"], check=True)
    return "done"


async def reads(agent, host, rest):
    return f"{sys.stdin.read()!r} {os.read(0, 9)!r}"


async def blocks(agent, host, rest):
    host.say("working")
    return await in_thread(lambda: time.sleep(60), "blocked")


async def waits(agent, host, rest):
    host.say("working")
    await asyncio.sleep(60)


async def holds_python(agent, host, rest):
    host.say("working")
    re.match("(a+)+$", "a" * 60 + "b")


async def stops(agent, host, rest):
    host.say("working")
    os.kill(os.getpid(), signal.SIGSTOP)


async def has_a_child(agent, host, rest):
    child = subprocess.Popen(["sleep", "60"])
    host.say(str(child.pid))
    await asyncio.sleep(0 if rest else 60)
    return str(child.pid)


async def exits(agent, host, rest):
    print("last words")
    os._exit(int(rest))


async def aborts(agent, host, rest):
    descend(int(rest))


def descend(depth):
    descend(depth - 1) if depth else os.abort()


async def dies(agent, host, rest):
    os.kill(os.getpid(), signal.SIGKILL)


async def dies_once(agent, host, rest):
    """Leaves a mark where it died, and answers where it finds one."""
    mark = Path(f"{rest}.{agent.setup.agent}")
    if not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return agent.options.greeting


async def sleeps(agent, host, rest):
    host.say("working")
    time.sleep(60)


async def loses_a_child(agent, host, rest):
    child = subprocess.Popen(["sleep", "60"])
    os.kill(child.pid, signal.SIGKILL)
    return str(child.wait())


DETACHED = "setsid sleep 60 > /dev/null 2>&1 & echo $!"


async def detaches(agent, host, rest):
    """Starts a process that leaves its group and its parent; it may have to do without most of the environment."""
    few = {name: os.environ[name] for name in ("HOME", "PATH")}
    env = few if "bare" in rest else {} if "naked" in rest else None
    started = subprocess.run(["/bin/sh", "-c", DETACHED], capture_output=True, text=True, env=env)
    host.say(started.stdout.strip())
    if "waits" in rest:
        await asyncio.sleep(60)
    if "holds_python" in rest:
        await holds_python(agent, host, rest)
    return started.stdout.strip()


async def is_guarded(agent, host, rest):
    """Starts a process that is to outlive this one, and one that is not."""
    start = partial(subprocess.Popen, ["sleep", "60"], start_new_session=True)
    host.say(f"{start(env=guard_environment()).pid} {start().pid}")
    await asyncio.sleep(60)


async def forks(agent, host, rest):
    """Goes on twice; the second one speaks before the first one does, and stays."""
    if os.fork() == 0:
        os.setsid()
        host.say("forged")
        Path(rest).write_text(str(os.getpid()))
        time.sleep(60)
    while not Path(rest).exists() or not Path(rest).read_text():
        await asyncio.sleep(0.002)
    return "mine"


async def keeps(agent, host, rest):
    """Never lets go of so many megabytes."""
    kept.append(b"x" * (int(rest) << 20))
    return "kept"


async def leaks(agent, host, rest):
    for _ in range(int(rest)):
        kept.append(b"x" * (1 << 20))
        await asyncio.sleep(0)
    host.say("full")
    await asyncio.sleep(60)


async def has_a_child_that_leaks(agent, host, rest):
    hold = f"import time; kept = b'x' * ({rest} << 20); print(flush=True); time.sleep(60)"
    child = subprocess.Popen([sys.executable, "-c", hold], stdout=subprocess.PIPE, start_new_session=True)
    await asyncio.to_thread(child.stdout.readline)
    await asyncio.sleep(60)


async def leaves(agent, host, rest):
    sys.exit(4)


async def is_long(agent, host, rest):
    return "x" * int(rest)


class Tiny:
    def __init__(self, options, setup):
        self.options, self.setup, self.turn = options, setup, None

    async def __call__(self, turn, host):
        self.turn = turn
        what, _, rest = turn.task.text.partition(" ")
        return await globals()[what](self, host, rest)


@asynccontextmanager
async def opened(options, setup):
    if options.fails == "config":
        raise ConfigError("no such model", hint="take another")
    if options.fails:
        print("about to fail")
        raise RuntimeError(options.fails)
    if options.waits_for:
        await meets(options)
    yield Tiny(options, setup)
    print("closed")


async def meets(options):
    """Waits until so many workers are opening their agents."""
    (Path(options.meets_in) / str(os.getpid())).touch()
    while len(list(Path(options.meets_in).iterdir())) < options.waits_for:
        await asyncio.sleep(0.002)


READY = []


def traits(options):
    return Traits(cancel="kill" if options.kill else "task")


@hookimpl
def register_adapters():
    return [
        Adapter(
            name="tiny",
            summary="For tests.",
            options=TinyOptions,
            open=opened,
            traits=traits,
            before_import=lambda: READY.append("before"),
            tested=(
                Tested(distribution="pluggy", oldest="1.7", newest="1.7"),
                Tested(distribution="no-such-framework", oldest="1", newest="2"),
            ),
            advice=lambda failure: "take a tiny one" if failure.name == "no_such_framework" else "",
        ),
        Adapter(name="tinier", summary="Of another name.", options=TinyOptions, open=opened, traits=traits),
    ]
