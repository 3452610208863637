"""The worker's side of the conversation."""

from __future__ import annotations

import asyncio
import faulthandler
import os
import signal
import sys
import traceback
from contextlib import AsyncExitStack
from importlib.metadata import version
from typing import NoReturn

from ..errors import PluginError
from .desk import Desk, log
from .failures import to_failure
from .link import Link
from .messages import VERSION, FromHub, Open, Ready, Refused


def main(source: int, output: int) -> NoReturn:
    """Serve one agent until the hub closes it or is gone. Never returns: the process ends."""
    faulthandler.enable(all_threads=False)  # where native code brought the process down
    # Ctrl-C is for the hub, which decides. Ignoring it would make the agent's own children ignore it too.
    signal.signal(signal.SIGINT, lambda *_: None)
    link, code = Link(source, output), 1
    try:
        # Not `asyncio.run`, which waits for threads that nobody can stop.
        asyncio.new_event_loop().run_until_complete(converse(link))
        code = 0
    except BaseException:
        traceback.print_exc()
    link.leave(code)


async def converse(link: Link) -> None:
    """Open the agent that the hub asks for, and let it take turns."""
    link.listen()
    python = sys.version.partition(" ")[0]
    link.send(Ready(version=VERSION, pid=os.getpid(), python=python, hub=version("massgen-hub")))
    async with AsyncExitStack() as stack:
        try:
            order = _first(await link.receive())
            link.beat(order.silence)
            from .opening import open_agent

            agent, opened = await open_agent(stack, order)
            link.send(opened)
            await Desk(link, agent).serve()
        except Exception as failure:
            log(failure)
            link.send(Refused(failure=to_failure(failure)))


def _first(message: FromHub) -> Open:
    if not isinstance(message, Open):
        raise PluginError(f"a worker is told to open an agent first, not {message!r:.80}")
    if message.version != VERSION:
        raise PluginError(f"the hub speaks version {message.version} of the worker's protocol, this worker {VERSION}")
    return message
