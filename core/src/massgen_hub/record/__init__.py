"""The record of a run: the append-only log of its events, from which everything else is derived."""

from .journal import Journal
from .reading import Summary, decisive, find_run, read_events, state_of, summaries
from .redact import Redactor, secrets_of

__all__ = [
    "Journal",
    "Redactor",
    "Summary",
    "decisive",
    "find_run",
    "read_events",
    "secrets_of",
    "state_of",
    "summaries",
]
