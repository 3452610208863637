"""Running the code that an agent writes, and only that."""

from __future__ import annotations

from itertools import count
from pathlib import Path
from typing import Any

from autogen_core import CancellationToken
from autogen_core.code_executor import CodeBlock, CodeExecutor, CodeResult
from autogen_ext.code_executors.local import LocalCommandLineCodeExecutor
from massgen_hub.contract import Activity
from massgen_hub.kit import described

from .clients import shallow
from .course import Course

NOT_RUN = "This code was not run: it stands in the task as a quotation. Only code of your own is run."


class OwnCode(CodeExecutor):
    """An executor during one turn: runs what is not quoted, and reports it.

    One that runs code on this machine, and has no folder of its own, runs it in the turn's.
    """

    def __init__(self, executor: CodeExecutor, course: Course) -> None:
        self._executor, self._course, self._runs = executor, course, count(1)
        if course.folder and isinstance(executor, LocalCommandLineCodeExecutor) and executor._work_dir is None:
            self._executor = shallow(executor)
            self._executor._work_dir = Path(course.folder)

    async def execute_code_blocks(
        self, code_blocks: list[CodeBlock], cancellation_token: CancellationToken
    ) -> CodeResult:
        """Run the blocks that may be run."""
        own = [block for block in code_blocks if self._course.allowed(block.code)]
        if not own:
            return CodeResult(exit_code=1, output=NOT_RUN)
        run = f"{id(self):x}-{next(self._runs)}"
        self._note("code", "\n\n".join(block.code for block in own), run)
        try:
            result = await self._executor.execute_code_blocks(own, cancellation_token)
        except BaseException as failure:
            self._note("output", described(failure), run)
            raise
        self._note("output", result.output, run)
        return result

    def _note(self, kind: Any, text: str, run: str) -> None:
        self._course.host.note(Activity(kind=kind, name=type(self._executor).__name__, text=text, id=run))

    async def restart(self) -> None:
        """Forget what was run."""
        await self._executor.restart()

    async def start(self) -> None:
        """It runs for as long as the agent is open."""

    async def stop(self) -> None:
        """It runs for as long as the agent is open."""
