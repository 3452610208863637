"""Words and numbers for people. What agents said is made harmless before a terminal sees it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping


def harmless(text: str) -> str:
    """The text without control, bidirectional and other invisible characters; line breaks and tabs stay."""
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co"))


def one_line(text: str, width: int) -> str:
    """The text on one line of at most `width` characters."""
    flat = " ".join(harmless(text).split())
    return flat if len(flat) <= width else flat[: max(0, width - 1)] + "…"


def tail(text: str, width: int) -> str:
    """The end of the text, on one line of at most `width` characters."""
    flat = " ".join(harmless(text[-4 * width :]).split())
    return flat if len(flat) <= width else "…" + flat[-max(0, width - 1) :]


def seconds(value: float) -> str:
    """`3.2 s`, `45 s`, `2 min 05 s`."""
    if value < 10:
        return f"{value:.1f} s"
    return f"{value:.0f} s" if value < 60 else f"{int(value) // 60} min {int(value) % 60:02d} s"


def tokens(value: int | None) -> str:
    """`–` for unknown, `850`, `12.3k`."""
    if value is None:
        return "–"
    return str(value) if value < 10_000 else f"{value / 1000:.1f}k"


def several(number: int, what: str) -> str:
    """`1 ballot`, `2 ballots`."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def names(agents: Iterable[str]) -> str:
    """`ann + bob`: the authors of one candidate."""
    return " + ".join(agents)


def versions(found: Mapping[str, str]) -> str:
    """`Python 3.11.7, crewai 1.15.30, openai 2.54`: what an agent runs on, but for our own distributions."""
    others = [f"{name} {number}" for name, number in found.items() if not name.startswith(("python", "massgen-hub"))]
    return ", ".join([f"Python {found['python']}", *others])
