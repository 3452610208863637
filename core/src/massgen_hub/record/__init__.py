"""The record of a run: the append-only log of its events, from which everything else is derived."""

from .journal import Journal
from .lock import is_written
from .reading import Summary, decisive, find_run, read_events, seconds_used, state_of, summaries
from .redact import Redactor, secrets_of
from .reopening import Reopened, reopen, require_cut_off, require_same_agents

__all__ = [
    "Journal",
    "Redactor",
    "Reopened",
    "Summary",
    "decisive",
    "find_run",
    "is_written",
    "read_events",
    "reopen",
    "require_cut_off",
    "require_same_agents",
    "seconds_used",
    "secrets_of",
    "state_of",
    "summaries",
]
