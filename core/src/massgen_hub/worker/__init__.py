"""Agents in processes of their own: for what only a kill can stop, and later for environments of their own.

Hub's side     client -> session -> process, exchange; `launch` says how a worker is started
Worker's side  __main__ -> serve -> opening, desk -> link
Both           messages, failures

A worker has the rights of the user who started the hub. It keeps agents apart; it is no security boundary.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .client import Limits, WorkerAgent, open_in_worker

__all__ = ["Limits", "WorkerAgent", "open_in_worker"]


def __getattr__(name: str) -> Any:
    """The hub's side, imported when it is used: a worker starts without it."""
    if name not in __all__:
        raise AttributeError(f"module `{__name__}` has no attribute `{name}`")
    from . import client

    return getattr(client, name)
