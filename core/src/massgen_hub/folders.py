"""The folders that a process stands on, the current one and one for what is temporary, which may fail it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp

from .errors import ConfigError


def whole(path: str | Path = "") -> Path:
    """The path from the root, without links; of the current folder where none is named.

    Raises `ConfigError` where it takes the current folder, and that was removed.
    """
    try:
        return Path(path).resolve()
    except FileNotFoundError:
        what = "the current folder was removed"
        raise ConfigError(what, hint="change to a folder that exists: `cd FOLDER`") from None


def new_temporary(prefix: str) -> Path:
    """A new folder that nobody else has. Raises `ConfigError` where none can be made."""
    with _told():
        return Path(mkdtemp(prefix=prefix))


@contextmanager
def temporary(prefix: str = "massgen-hub-") -> Iterator[Path]:
    """The same, gone afterwards."""
    with _told():
        folder = TemporaryDirectory(prefix=prefix)
    with folder as name:
        yield Path(name)


@contextmanager
def _told() -> Iterator[None]:
    """What to do about it, where no temporary folder can be made."""
    try:
        yield
    except OSError as failure:
        where = f" in {Path(failure.filename).parent}" if failure.filename else ""
        what = f"no temporary folder can be made{where}: {failure.strerror}"
        raise ConfigError(what, hint="set TMPDIR to a folder that can be written and has room") from failure
