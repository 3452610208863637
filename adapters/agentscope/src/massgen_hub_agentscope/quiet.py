"""What importing AgentScope does to a process, undone."""

from __future__ import annotations

import logging
import warnings
from contextlib import suppress

from agentscope import logger

EVERY_DEPRECATION = ("once", None, DeprecationWarning, None, 0)
"""The filter that AgentScope adds: with it every package's deprecations are printed."""


def keep_quiet() -> None:
    """Let AgentScope's logger print nothing; files that the user has it written to are kept."""
    for handler in [one for one in logger.handlers if type(one) is logging.StreamHandler]:
        logger.removeHandler(handler)
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())
    with suppress(ValueError):
        warnings.filters.remove(EVERY_DEPRECATION)  # type: ignore[attr-defined]
