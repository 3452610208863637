"""A limit on the memory of a worker, kept by the hub.

What the kernel would limit (RLIMIT_AS) is addresses, and many runtimes reserve far more of them than they ever use. So
the memory that is really held is looked at now and then. One huge allocation may be seen late, or by the kernel first.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from .family import memory_of

MB = 10**6
MOMENT = 0.05
"""Seconds between two looks: a child that is being started seems to have all of its parent's memory, for a moment."""


async def outgrown(home: Path, most: int, every: float) -> str:
    """Wait until the worker with this home, and all that it started, hold more than `most` bytes, and say so. They are
    looked at once in `every` seconds."""
    while True:
        await asyncio.sleep(every)
        if await asyncio.to_thread(memory_of, home, most) > most:
            await asyncio.sleep(MOMENT)
            held = await asyncio.to_thread(memory_of, home, most)
            if held > most:
                return f"used more than its {most / MB:.0f} MB of memory (it had {held / MB:.0f} MB)"
