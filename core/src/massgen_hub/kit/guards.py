"""Processes that tidy up after the one that started them, however that one ends."""

from __future__ import annotations

import os

MARK = "MASSGEN_HUB_GUARD"


def guard_environment() -> dict[str, str]:
    """The variables of such a process. All that a worker started, or that has its HOME or TMPDIR, ends with it, but for
    guards: they have neither, and a mark."""
    return {name: value for name, value in os.environ.items() if name not in ("HOME", "TMPDIR")} | {MARK: "1"}
