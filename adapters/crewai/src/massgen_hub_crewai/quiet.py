"""What CrewAI would send, ask, print and write by default, switched off."""

from __future__ import annotations

import logging
import os


def send_nothing() -> None:
    """No telemetry, no traces, no look for a newer version; nor a question on the terminal whether it may trace."""
    os.environ |= {
        "CREWAI_DISABLE_TELEMETRY": "true",
        "CREWAI_TRACING_ENABLED": "false",
        "CREWAI_DISABLE_VERSION_CHECK": "true",
        "CREWAI_TESTING": "true",
    }


def print_nothing(folder: str | None) -> None:
    """No panels, which it prints for agents without a crew, and no warnings; what it stores goes below the folder."""
    from crewai.events.event_listener import event_listener
    from rich.console import Console

    event_listener.formatter.console = Console(quiet=True)
    logging.getLogger("crewai").addHandler(logging.NullHandler())
    if folder is not None:
        os.environ.setdefault("CREWAI_STORAGE_DIR", folder)
