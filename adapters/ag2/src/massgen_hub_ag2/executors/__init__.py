"""Running the code that a classic agent writes, and only that."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory
from types import SimpleNamespace, TracebackType
from typing import Any, Self, TypeAlias

from autogen.coding import CodeBlock, CodeExecutor, CodeExtractor, CodeResult, LocalCommandLineCodeExecutor
from massgen_hub.contract import Activity
from massgen_hub.errors import ConfigError

from ..classic_io import TurnStream
from ..executor_options import (
    DockerExecutor,
    EmbeddedExecutor,
    Executor,
    JupyterExecutor,
    LocalExecutor,
    YepCodeExecutor,
)
from .bounded import Bounded
from .scoped import environment, own_path

Runner: TypeAlias = CodeExecutor | Bounded
Opening: TypeAlias = Callable[[], AbstractContextManager[Runner]]


@dataclass(frozen=True, kw_only=True)
class Part:
    """Our module for a kind of executor, the module that it cannot do without, and the extra that brings that one."""

    module: str
    needs: str
    extra: str


PARTS = {
    DockerExecutor: Part(module="containers", needs="docker", extra="docker"),
    JupyterExecutor: Part(module="kernels", needs="kernel_gateway", extra="jupyter"),
    EmbeddedExecutor: Part(module="kernels", needs="kernel_gateway", extra="jupyter"),
    YepCodeExecutor: Part(module="yepcode", needs="yepcode_run", extra="yepcode"),
}


def check(settings: Executor) -> None:
    """Raise `ConfigError` where the executor cannot work: its packages, engine, server, kernel or token are missing."""
    if isinstance(settings, LocalExecutor):
        return
    part = PARTS[type(settings)]
    if find_spec(part.needs) is None:
        raise ConfigError(
            f"{settings.type} needs the package `{part.needs}`, which is not installed",
            hint=f'pip install "massgen-hub-ag2[{part.extra}]"',
        )
    _module(settings).check(settings)


def _module(settings: Executor) -> Any:
    with environment(PATH=own_path()):  # AG2 asks the shell for `jupyter` when it is imported
        return import_module(f".{PARTS[type(settings)].module}", __package__)


class OwnCode:
    """AG2's `CodeExecutor` for one turn: runs what `allowed` allows, and reports it.

    The executor behind it is opened for the first code, as most answers have none, and closed with the turn.
    """

    def __init__(
        self, opening: Opening, extractor: CodeExtractor, allowed: Callable[[str], bool], turn: TurnStream
    ) -> None:
        self._opening, self._extractor, self._allowed, self._turn = opening, extractor, allowed, turn
        self._executor: Runner | None = None
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
def opened(settings: Executor, turn_folder: str | None) -> Iterator[Runner]:
    """The executor of one turn, working where the user said, else in the folder of the turn."""
    with _folder(getattr(settings, "work_dir", None), turn_folder) as folder, _opened(settings, folder) as executor:
        yield executor


def _opened(settings: Executor, folder: Path) -> AbstractContextManager[Runner]:
    if isinstance(settings, LocalExecutor):
        return nullcontext(_local(settings, folder))
    bounded: AbstractContextManager[Bounded] = _module(settings).opened(settings, folder)
    return bounded


@contextmanager
def _folder(given: Path | None, turn_folder: str | None) -> Iterator[Path]:
    if given is not None:
        given.mkdir(parents=True, exist_ok=True)
        yield given
    elif turn_folder is not None:
        try:
            yield Path(turn_folder)
        finally:
            _tidy(Path(turn_folder))
    else:
        with TemporaryDirectory(prefix="massgen-hub-") as folder:
            yield Path(folder)


def _tidy(folder: Path) -> None:
    """What AG2 wrote to run it is no file of the answer, nor what Python keeps beside modules."""
    for script in folder.glob("tmp_code_*"):
        script.unlink()
    for cache in folder.rglob("__pycache__"):
        rmtree(cache, ignore_errors=True)


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
