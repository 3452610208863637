"""Running the code that an AG2 1.x agent writes, and only that."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from ag2.tools import LocalEnvironment, SandboxCodeTool
from ag2.tools.code.environment.base import CodeLanguage, CodeRunResult
from ag2.tools.sandbox import CodeAdapter, LanguageRunner
from massgen_hub.contract import Turn
from massgen_hub.kit import own_code

from .options import LocalExecutor

NAME = "run_code"
RUNNERS: dict[CodeLanguage, LanguageRunner] = {"python": LanguageRunner(inline_argv=(sys.executable, "-c"))}
"""Python is the agent's own, whatever PATH says."""


@asynccontextmanager
async def code_tool(settings: LocalExecutor, turn: Turn) -> AsyncIterator[SandboxCodeTool]:
    """The tool `run_code` of one turn, working where the user said, else in the folder of the turn."""
    place = LocalEnvironment(settings.work_dir or turn.folder, timeout=settings.timeout)
    try:
        yield SandboxCodeTool(OwnCode(CodeAdapter(place, runners=RUNNERS), own_code(turn)), name=NAME)
    finally:
        await place.aclose()


class OwnCode:
    """AG2's `CodeEnvironment` around another, which runs what `allowed` allows."""

    def __init__(self, environment: CodeAdapter, allowed: Callable[[str], bool]) -> None:
        self._environment, self._allowed = environment, allowed

    @property
    def supported_languages(self) -> tuple[CodeLanguage, ...]:
        """Those of the environment."""
        return self._environment.supported_languages

    async def run(self, code: str, language: CodeLanguage, *, context: Any = None) -> CodeRunResult:
        """Run the code, or say why not."""
        if not self._allowed(code):
            return CodeRunResult(output="not run: this is the code of another agent", exit_code=1)
        return await self._environment.run(code, language, context=context)
