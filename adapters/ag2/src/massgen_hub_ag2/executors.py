"""Running the code that a classic agent writes, and only that."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace, TracebackType
from typing import Any, Self

from autogen.coding import CodeBlock, CodeExecutor, CodeExtractor, CodeResult, LocalCommandLineCodeExecutor
from massgen_hub.contract import Activity
from massgen_hub.errors import ConfigError

from .classic_io import TurnStream
from .options import DockerExecutor, Executor, JupyterExecutor, LocalExecutor, YepCodeExecutor

NEEDS = {
    DockerExecutor: ("docker", "docker"),
    JupyterExecutor: ("kernel_gateway", "jupyter-executor"),
    YepCodeExecutor: ("yepcode_run", "yepcode"),
}
"""The module that an executor cannot do without, and the extra of autogen that brings it."""

Opening = Callable[[], AbstractContextManager[CodeExecutor]]


def check(settings: Executor) -> None:
    """Raise `ConfigError` where the executor's own packages are not installed."""
    module, extra = NEEDS.get(type(settings), ("", ""))
    if module and find_spec(module) is None:
        raise ConfigError(
            f"{settings.type} needs the package `{module}`, which is not installed",
            hint=f'pip install "autogen[{extra}]"',
        )


class OwnCode:
    """AG2's `CodeExecutor` for one turn: runs what `allowed` allows, and reports it.

    The executor behind it is opened for the first code, as most answers have none, and closed with the turn.
    """

    def __init__(
        self, opening: Opening, extractor: CodeExtractor, allowed: Callable[[str], bool], turn: TurnStream
    ) -> None:
        self._opening, self._extractor, self._allowed, self._turn = opening, extractor, allowed, turn
        self._executor: CodeExecutor | None = None
        self._stack, self._numbers = ExitStack(), count(1)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, failure: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.__exit__(kind, failure, trace)

    @property
    def code_extractor(self) -> OwnCode:
        """Itself."""
        return self

    def extract_code_blocks(self, message: Any) -> list[CodeBlock]:
        """The agent's own code in a message."""
        return [block for block in self._extractor.extract_code_blocks(message) if self._allowed(block.code)]

    def execute_code_blocks(self, code_blocks: list[CodeBlock]) -> CodeResult:
        """Run them in order, and report them with what they put out."""
        number = f"code-{next(self._numbers)}"
        code = "\n".join(block.code for block in code_blocks)
        self._turn.note(Activity(kind="code", name=code_blocks[0].language, text=code, id=number))
        result = self._run(code_blocks)
        self._turn.note(Activity(kind="output", name=f"exit {result.exit_code}", text=result.output, id=number))
        return result

    def _run(self, code_blocks: list[CodeBlock]) -> CodeResult:
        if self._executor is None:
            self._executor = self._stack.enter_context(self._opening())
        try:
            return self._executor.execute_code_blocks(code_blocks)
        except (OSError, ValueError) as refused:  # a command on AG2's list of dangerous ones, a shell that is not there
            return CodeResult(exit_code=1, output=str(refused))

    def restart(self) -> None:
        """AG2 asks for it when an agent is reset; every turn starts afresh anyway."""


@contextmanager
def opened(settings: Executor, turn_folder: str | None) -> Iterator[CodeExecutor]:
    """The executor of one turn, working where the user said, else in the folder of the turn."""
    with ExitStack() as stack:
        if isinstance(settings, YepCodeExecutor):
            yield _yepcode(settings)
            return
        folder = stack.enter_context(_folder(settings, turn_folder))
        if isinstance(settings, LocalExecutor):
            yield _local(settings, folder)
        elif isinstance(settings, DockerExecutor):
            yield stack.enter_context(_docker(settings, folder))
        else:
            yield stack.enter_context(_jupyter(settings, folder))


@contextmanager
def _folder(settings: LocalExecutor | DockerExecutor | JupyterExecutor, turn_folder: str | None) -> Iterator[Path]:
    given = settings.output_dir if isinstance(settings, JupyterExecutor) else settings.work_dir
    if given is not None:
        given.mkdir(parents=True, exist_ok=True)
        yield given
    elif turn_folder is not None:
        try:
            yield Path(turn_folder)
        finally:
            _remove_scripts(Path(turn_folder))
    else:
        with TemporaryDirectory(prefix="massgen-hub-") as folder:
            yield Path(folder)


def _remove_scripts(folder: Path) -> None:
    """What AG2 wrote to run it is no file of the answer."""
    for script in folder.glob("tmp_code_*"):
        script.unlink()


def _local(settings: LocalExecutor, folder: Path) -> CodeExecutor:
    return LocalCommandLineCodeExecutor(
        timeout=settings.timeout,
        work_dir=folder,
        virtual_env_context=_this_environment(),
        execution_policies=settings.execution_policies,
    )


def _this_environment() -> SimpleNamespace | None:
    """The agent's own environment, so that its code finds the packages beside it, whatever PATH says."""
    if sys.prefix == sys.base_prefix:
        return None
    return SimpleNamespace(bin_path=Path(sys.executable).parent, env_exe=sys.executable)


def _docker(settings: DockerExecutor, folder: Path) -> AbstractContextManager[CodeExecutor]:
    from autogen.coding import DockerCommandLineCodeExecutor

    return DockerCommandLineCodeExecutor(**{**_arguments(settings), "work_dir": folder})


@contextmanager
def _jupyter(settings: JupyterExecutor, folder: Path) -> Iterator[CodeExecutor]:
    from autogen.coding.jupyter import JupyterCodeExecutor, LocalJupyterServer

    with LocalJupyterServer(log_file=str(folder / ".jupyter_gateway.log")) as server:
        executor = JupyterCodeExecutor(server, **{**_arguments(settings), "output_dir": folder})
        try:
            yield executor
        finally:
            executor.stop()


def _yepcode(settings: YepCodeExecutor) -> CodeExecutor:
    from autogen.coding import YepCodeCodeExecutor

    return YepCodeCodeExecutor(**_arguments(settings))


def _arguments(settings: Executor) -> dict[str, Any]:
    return settings.model_dump(exclude={"type"}, exclude_none=True)
