"""Where a failure comes from, short enough for a record."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from traceback import FrameSummary, StackSummary, extract_tb

from ..errors import HubError

LONGEST_CHAIN, MOST_FRAMES, WIDEST = 5, 6, 300
"""What is told at most: exceptions, the innermost frames of each, characters of a line."""
CALLERS = tuple(str(Path(__file__).parents[1] / name) for name in ("runner", "worker", "opening.py"))
"""Where the hub calls agents from: frames that tell nothing of a failure."""
INSTALLED = "site-packages"
IMPORTING = (importlib.__file__, str(Path(__file__).parents[1] / "targets.py"), str(Path(__file__).parent))
"""Where modules are imported, and objects are made."""


def traceback_of(failure: BaseException) -> str:
    """Where a failure comes from, as Python tells it: the last exception is the failure, the last frame of each the
    innermost. It reads the same wherever the agent lives, and the only values in it are those of messages.

    Empty for an error of the hub's own, which says all by itself, unless it stands for another one.
    """
    if isinstance(failure, HubError) and failure.traceback:
        return failure.traceback
    origin = failure.__cause__ if isinstance(failure, HubError) else failure
    return "\n".join(_told(one) for one in reversed([*islice(_chain(origin), LONGEST_CHAIN)]))


def where(failure: BaseException) -> str:
    """The innermost line that is neither ours nor the import system's own, in brackets."""
    frames = extract_tb(failure.__traceback__)
    users = [frame for frame in frames if not frame.filename.startswith(IMPORTING) and frame.filename[0] != "<"]
    return f" ({users[-1].filename}:{users[-1].lineno})" if users else ""


def _chain(failure: BaseException | None) -> Iterator[BaseException]:
    """A failure and what led to it, outermost first, without what somebody hid by `from None`."""
    while failure is not None:
        yield failure
        failure = failure.__cause__ or (None if failure.__suppress_context__ else failure.__context__)


def _told(failure: BaseException) -> str:
    innermost = extract_tb(failure.__traceback__, limit=-2 * MOST_FRAMES)
    frames = [_told_frame(one) for one in innermost if not one.filename.startswith(CALLERS)]
    where = "".join(StackSummary.from_list(frames[-MOST_FRAMES:]).format())
    return where + f"{type(failure).__name__}: {failure}"[:WIDEST]


def _told_frame(frame: FrameSummary) -> tuple[str, int, str, str]:
    """A frame without columns, which differ between versions of Python, and without the path to what is installed."""
    path = frame.filename.rpartition(f"{INSTALLED}/")[2]
    return path, frame.lineno or 0, frame.name, (frame.line or "")[:WIDEST]
