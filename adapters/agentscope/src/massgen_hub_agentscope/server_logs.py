"""What MCP servers say on stderr, which AgentScope leaves on the terminal, and why one cannot be reached."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from massgen_hub.kit import causes, described

QUIETLY = 'log=$1; shift; exec "$@" 2>>"$log"'


def log_of(name: str, folder: str | None) -> Path:
    """The file for what a server says, in the agent's folder."""
    return Path(folder, f"mcp-{name}.log") if folder else Path(os.devnull)


def quietly(name: str, command: str, arguments: Sequence[str], log: Path) -> tuple[str, list[str]]:
    """The command and arguments that start a server with its stderr in a file."""
    if os.name != "posix":
        return command, list(arguments)
    log.parent.mkdir(parents=True, exist_ok=True)
    return "sh", ["-c", QUIETLY, name, str(log), command, *arguments]


def told(failure: BaseException, seconds: float) -> str:
    """Why a connection failed that was given so many seconds."""
    late = any(isinstance(cause, TimeoutError) for cause in causes(failure))
    return f"it was not ready after {seconds:g} s" if late else described(failure)


def last_words(log: Path) -> str:
    """What a server said last, as a hint."""
    lines = log.read_text(errors="replace").strip().splitlines() if log.exists() else []
    return f"its last words were: {lines[-1]}" if lines else ""
