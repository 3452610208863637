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


def store_in(folder: str | None) -> None:
    """What it stores goes below the folder, unless the user says where. CrewAI reads that when it is imported."""
    if folder is not None:
        os.environ.setdefault("CREWAI_STORAGE_DIR", folder)


def print_nothing() -> None:
    """No panels, as for agents without a crew, nor a warning for each call of a model it does not know."""
    from crewai.events.event_listener import event_listener
    from rich.console import Console

    event_listener.formatter.console = Console(quiet=True)
    logging.getLogger("crewai").setLevel(logging.ERROR)
