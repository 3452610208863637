"""Where agents fell over, for whoever looks for the reason."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Group, RenderableType
from rich.text import Text

from ..events import Event
from .text import harmless


def failures_view(events: Iterable[Event]) -> RenderableType:
    """The traceback of each failure that made an agent sit out. Nothing where there is none."""
    return Group(
        *(
            Text(f"\n{event.data['agent']}, round {event.data['round']}:\n{harmless(event.data['traceback'])}", "dim")
            for event in events
            if event.type == "failed" and event.data["final"] and event.data.get("traceback")
        )
    )
