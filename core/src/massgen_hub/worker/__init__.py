"""Agents in processes of their own: for what only a kill can stop, and for environments of their own.

Hub's side     client -> session -> process, exchange, memory, log; `launch` says how a worker is started
Beside both    warden, a process that ends what a killed hub leaves; `homes` is what it is told
Worker's side  __main__ -> serve -> opening, desk -> link; `versions` says what it runs on
Both           messages, failures, family

A worker has the rights of the user who started the hub. It keeps agents apart; it is no security boundary. All that it
started ends with it, and it ends with the hub: within about a second, on Linux even where Python is stuck in it.
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
