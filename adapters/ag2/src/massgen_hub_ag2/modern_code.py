"""Running the code that an AG2 1.x agent writes, and only that."""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from types import ModuleType
from typing import Any

from massgen_hub.contract import hierarchy

from .options import LocalExecutor

NAME = "run_code"
ARGUMENTS = {"SandboxCodeTool": "code", "SandboxShellTool": "command"}
"""Which argument of AG2's own tools is code."""


def code_tools(tools: Iterable[Any]) -> dict[str, str]:
    """The names of the tools that run code, each with the name of the argument that is code."""
    kinds = ((tool, {name.partition(".")[2] for name in hierarchy(tool)}) for tool in tools)
    return {tool.name: ARGUMENTS[kind] for tool, names in kinds for kind in ARGUMENTS.keys() & names}


def code_in(arguments: str, name: str) -> tuple[str, str] | None:
    """The language and the code in the arguments of a call, if that is what they hold."""
    try:
        given = json.loads(arguments)
        return str(given.get("language", "sh")), str(given[name])
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def own_code_only(base: type[Any], events: ModuleType, tools: Mapping[str, str], allowed: Callable[[str], bool]) -> Any:
    """AG2's middleware (a `base`) that lets `tools` run what `allowed` allows, and says why not where it does not."""

    class OwnCodeOnly(base):  # type: ignore[misc]
        async def on_tool_execution(self, call_next: Any, event: Any, context: Any) -> Any:
            code = code_in(event.arguments, tools[event.name]) if event.name in tools else None
            if code is None or allowed(code[1]):
                return await call_next(event, context)
            return events.ToolResultEvent.from_call(event, "not run: this is the code of another agent")

    return OwnCodeOnly


@asynccontextmanager
async def code_tool(settings: LocalExecutor, folder: str | None) -> AsyncIterator[Any]:
    """The tool `run_code` of one turn, working where the user said, else in the folder of the turn.

    Python is the agent's own, whatever PATH says.
    """
    from ag2.tools import LocalEnvironment, SandboxCodeTool
    from ag2.tools.sandbox import LanguageRunner

    place = LocalEnvironment(settings.work_dir or folder, timeout=settings.timeout)
    try:
        python = LanguageRunner(inline_argv=(sys.executable, "-c"))
        yield SandboxCodeTool(place, runners={"python": python}, name=NAME)
    finally:
        await place.aclose()
