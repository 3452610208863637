"""`python -m massgen_hub.worker`: one agent, spoken to in JSON lines on the original stdin and stdout.

With `--check`, what this environment knows of adapters and their options: see `check.py`.
"""

from __future__ import annotations

import os
import sys


def take_the_pipes() -> tuple[int, int]:
    """Move stdin and stdout out of everybody's reach, before anything else is imported.

    From here on a `print` goes to stderr, which the hub keeps as the worker's log, and `input` meets the end of file.
    """
    source, output = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    # Opened anew, because the old one knows another file; by lines, so that a kill loses nothing.
    sys.stdout = open(1, "w", buffering=1, encoding="utf-8", errors="backslashreplace", closefd=False)  # noqa: SIM115
    return source, output


if __name__ == "__main__":
    pipes = take_the_pipes()
    if "--check" in sys.argv:
        from .check import main
    else:
        from .serve import main
    main(*pipes)
