"""uv: where it is, how it is called, and what its failures mean."""

from __future__ import annotations

import ctypes
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryFile

from ..errors import NotBuilt

UPGRADE = "pip install --upgrade uv"
PR_SET_PDEATHSIG = 1
Told = Callable[[str], None]
"""Is told what goes on, a line at a time."""

LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None
"""Asks the kernel to end uv with the hub: one that is left alone would go on in a folder that the next sync clears."""
COLOURS = re.compile(r"\x1b\[[0-9;]*m")
NO_NETWORK = re.compile(
    r"error sending request|dns error|failed to lookup|connection refused|network is unreachable|connectivity"
    r"|not found in the cache|tcp connect|could not resolve host",
    re.IGNORECASE,
)
NO_ANSWER = re.compile(r"failed to fetch:|request failed", re.IGNORECASE)
REFUSED = re.compile(r"returned a 403 Forbidden|lack of valid authentication", re.IGNORECASE)
FULL = re.compile(r"no space left|os error 28|disk quota|file too large|os error 27", re.IGNORECASE)
TOO_OLD = re.compile(r"unexpected argument|unrecognized subcommand|invalid value '", re.IGNORECASE)
STALE = re.compile(r".*found \d+ incompatibilit\w+\n", re.IGNORECASE | re.DOTALL)
UNSATISFIABLE = re.compile(r"no solution found", re.IGNORECASE)


class UvFailed(Exception):  # noqa: N818
    """uv ended with an error; `text` is what it said."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text

    def says(self, pattern: re.Pattern[str]) -> bool:
        """Whether it is a failure of this kind."""
        return bool(pattern.search(self.text))


def run(arguments: Sequence[str], folder: Path, told: Told = lambda _: None) -> str:
    """Run uv in a folder that holds no project, and give what it wrote to stdout. Raises `UvFailed`, `NotBuilt`."""
    program = _program()
    with TemporaryFile() as out:
        try:  # in a folder with a project uv would take that project's settings
            process = subprocess.Popen(
                [program, *arguments], cwd=folder, env=_environment(),
                stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.PIPE,
                preexec_fn=partial(LIBC.prctl, PR_SET_PDEATHSIG, signal.SIGKILL) if LIBC else None,
            )  # fmt: skip
        except OSError as failure:
            raise NotBuilt(f"{program} does not run: {failure.strerror}", hint=UPGRADE) from None
        said = list(_told(process, told))
        process.wait()
        out.seek(0)
        wrote = out.read().decode(errors="replace")
    if process.returncode:
        text = "\n".join(line for line in said if not line.startswith("Using Python")).strip().removeprefix("error: ")
        raise _too_old(program, text) or UvFailed(text or f"{program} ended with exit code {process.returncode}")
    return wrote


def _too_old(program: str, text: str) -> NotBuilt | None:
    if not TOO_OLD.search(text):
        return None
    return NotBuilt(f"{program} is too old: {text.splitlines()[0]}", hint=UPGRADE)


def _told(process: subprocess.Popen[bytes], told: Told) -> Iterator[str]:
    """What it says, line by line, passed on. However this ends, the process does not go on alone."""
    assert process.stderr is not None
    failed = False
    with process.stderr:
        try:
            for raw in process.stderr:
                line = COLOURS.sub("", raw.decode(errors="replace")).rstrip()
                failed = failed or line.startswith("error:")
                if not failed:  # what follows is told by whoever meets the failure
                    told(line.strip())
                yield line
        except BaseException:
            process.kill()
            raise


def run_with_or_without_network(arguments: Sequence[str], folder: Path, told: Told = lambda _: None) -> str:
    """Run uv; where the network is missing, once more with what is in its cache."""
    try:
        return run(arguments, folder, told)
    except UvFailed as failure:
        if not (failure.says(NO_NETWORK) or failure.says(NO_ANSWER)):
            raise
        try:
            return run([*arguments, "--offline"], folder, told)
        except UvFailed:
            raise failure from None


def _program() -> str:
    """The one that `pip install uv` puts beside the hub, else any."""
    found = shutil.which("uv", path=str(Path(sys.executable).parent)) or _of_the_wheel() or shutil.which("uv")
    if found is None:
        raise NotBuilt("environments are built with uv, which is not installed", hint="pip install uv")
    return found


def _of_the_wheel() -> str | None:
    if find_spec("uv") is None:
        return None
    import uv  # type: ignore[import-not-found,unused-ignore]

    return str(uv.find_uv_bin())


def _environment() -> dict[str, str]:
    """Ours, without what would point uv at another environment."""
    leading = ("VIRTUAL_ENV", "CONDA_PREFIX", "UV_PROJECT_ENVIRONMENT", "UV_PYTHON", "PYTHONHOME", "PYTHONPATH")
    return {name: value for name, value in os.environ.items() if name not in leading} | {"NO_COLOR": "1"}


def explained(failure: UvFailed | OSError, what: str, relock: str = "") -> NotBuilt:
    """What a failure means, for a person. `what` begins the sentence: `the environment of crew`. `relock` is the
    command that finds other versions, where those of a lock were to be installed."""
    text = failure.text if isinstance(failure, UvFailed) else str(failure)
    if FULL.search(text):
        hint = "free some space, or name another folder in MASSGEN_HUB_CACHE (and UV_CACHE_DIR)"
        return NotBuilt(f"{what} cannot be built: the disk is full", hint=hint)
    if NO_NETWORK.search(text):
        reason = "there is no network, and not all of it is in uv's cache"
        return NotBuilt(f"{what} cannot be built: {reason}\n{text}")
    if REFUSED.search(text):
        return NotBuilt(f"{what} cannot be built: an index lets nobody in without the right credentials\n{text}")
    if relock and (STALE.search(text) or UNSATISFIABLE.search(text)):
        reason = "what is locked does not fit any more"
        return NotBuilt(f"{what} cannot be built: {reason}\n{STALE.sub('', text)}", hint=relock)
    return NotBuilt(f"{what} cannot be built:\n{text}")
