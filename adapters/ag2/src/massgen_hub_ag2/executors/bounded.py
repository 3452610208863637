"""Code that does not end: AG2's own timeouts miss some of it, and one of its executors has none.

A signal may be ignored, output may go on for ever, and a kernel that is busy takes no more code.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from autogen.coding import CodeBlock, CodeResult

LATE = 124
"""The exit code of `timeout`, and of AG2's executors on the command line."""
GRACE = 5.0
"""Seconds for AG2's own timeout, and for code to end once it was asked to."""


@dataclass(frozen=True, kw_only=True)
class Brake:
    """What stops code that still runs `after` so many seconds beyond its timeout.

    `pull` is called from another thread. `mend` makes the executor fit for more code; `lost` says what is gone then.
    """

    after: float
    pull: Callable[[], object]
    mend: Callable[[], object] = lambda: None
    lost: str = ""


class Bounded:
    """What an executor of AG2 runs, with brakes, of which the later ones are the harder ones."""

    def __init__(self, run: Callable[[list[CodeBlock]], CodeResult], seconds: int, *brakes: Brake) -> None:
        self._run, self._seconds, self._brakes = run, seconds, brakes

    def execute_code_blocks(self, code_blocks: list[CodeBlock]) -> CodeResult:
        """Run them in order, for no longer than their timeouts together."""
        output = ""
        with self._watched(len(code_blocks)) as pulled:
            try:
                result = self._run(code_blocks)
                output = result.output
            except Exception:  # some brakes take the line away, too
                if not pulled:
                    raise
        if not pulled:
            return result
        pulled[-1].mend()
        what = f"Timeout: stopped after {self._seconds} s{pulled[-1].lost}"
        return CodeResult(exit_code=LATE, output=f"{output}\n{what}\n".lstrip())

    @contextmanager
    def _watched(self, blocks: int) -> Iterator[list[Brake]]:
        pulled: list[Brake] = []

        def pull(brake: Brake) -> None:
            pulled.append(brake)
            with suppress(Exception):  # the code ended in this moment, or the next brake has to do
                brake.pull()

        timers = [threading.Timer(blocks * self._seconds + b.after, pull, (b,)) for b in self._brakes]
        for timer in timers:
            timer.daemon = True
            timer.start()
        try:
            yield pulled
        finally:
            for timer in timers:
                timer.cancel()
                timer.join()
