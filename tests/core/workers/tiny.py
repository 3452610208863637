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

from massgen_hub.contract import Activity, Adapter, Question, Reply, Tested, Traits, Usage
from massgen_hub.errors import ConfigError
from massgen_hub.hookspecs import hookimpl
from massgen_hub.kit import in_thread
from massgen_hub.options import Options


class TinyOptions(Options):
    greeting: str = "hello"
    kill: bool = False
    fails: str = ""


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


async def asks(agent, host, rest):
    return await host.ask(Question(text=rest, choices=("yes", "no")))


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
    yield Tiny(options, setup)
    print("closed")


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
            tested=(
                Tested(distribution="pluggy", oldest="1.7", newest="1.7"),
                Tested(distribution="no-such-framework", oldest="1", newest="2"),
            ),
        ),
        Adapter(name="tinier", summary="Of another name.", options=TinyOptions, open=opened, traits=traits),
    ]
