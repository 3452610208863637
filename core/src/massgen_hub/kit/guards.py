"""Processes that tidy up after the one that started them, however that one ends."""

from __future__ import annotations

import os


def guard_environment() -> dict[str, str]:
    """The variables of such a process. All that has the HOME or the TMPDIR of a worker ends with the worker, so a guard
    has neither."""
    return {name: value for name, value in os.environ.items() if name not in ("HOME", "TMPDIR")}
