"""Telling an agent's own code from what it quotes. A peer's code is never run, by anybody."""

from __future__ import annotations

from collections.abc import Callable

from ..contract import Turn


def own_code(turn: Turn) -> Callable[[str], bool]:
    """Whether a piece of code may be run in this turn.

    What stands in the prompt is a quotation, unless the user wrote it, in the task or earlier in the session. White
    space makes no difference.
    """
    quoted = _packed(turn.prompt, *(candidate.text for candidate in turn.shown))
    users = _packed(turn.task.text, *(message.text for message in turn.task.history if message.role == "user"))

    def allowed(code: str) -> bool:
        packed = _packed(code)
        return packed in users or packed not in quoted

    return allowed


def _packed(*texts: str) -> str:
    return "\0".join("".join(text.split()) for text in texts)
