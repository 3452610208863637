"""The environments that are built, each in a folder named by what it was made of; all configs of a user share them."""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TextIO

from ..errors import NotBuilt
from ..folders import whole
from .uv import Told

try:
    import fcntl
except ImportError:  # no POSIX: two processes that build the same environment are not told apart there
    fcntl = None  # type: ignore[assignment]

VARIABLE = "MASSGEN_HUB_CACHE"
MARK = "massgen-hub.json"
METADATA = ".dist-info"
PYTHON = Path("Scripts", "python.exe") if sys.platform == "win32" else Path("bin", "python")


@dataclass(frozen=True, kw_only=True)
class Built:
    """A whole environment. `versions` are of all distributions in it, `bytes` what its files add up to (most are shared
    with uv's cache), `seconds` what building it took, `made` and `used` seconds since 1970, `projects` the folders of
    what is used from its place."""

    folder: Path
    key: str
    requires: tuple[str, ...]
    interpreter: str
    versions: Mapping[str, str]
    bytes: int
    seconds: float
    made: float
    projects: tuple[str, ...] = ()
    used: float = field(default=0.0, compare=False)

    @property
    def python(self) -> Path:
        """Its interpreter. The link is kept: what it points to leads out of the environment."""
        return self.folder / PYTHON


class Store:
    """A folder of environments."""

    def __init__(self, root: Path | None = None) -> None:
        self.root = root or _root()

    def prepare(self) -> Path:
        """Make the folder. Raises `NotBuilt` where that cannot be done."""
        try:
            self.root.mkdir(parents=True, mode=0o700, exist_ok=True)
        except OSError as failure:
            raise self._unwritable(failure) from None
        return self.root

    def folder(self, key: str) -> Path:
        """Where an environment is, or would be."""
        return self.root / key

    def find(self, key: str) -> Built | None:
        """The environment, if it is there and whole: it was completed, and nothing was taken out of it since."""
        built = _completed(self.folder(key))
        if built is None or not os.access(built.python, os.X_OK):
            return None
        return built if sum(1 for _ in _installed(built.folder)) == len(built.versions) else None

    def complete(self, built: Built) -> Built:
        """Set the mark that says that an environment is whole: at once or not at all."""
        held = {key: value for key, value in asdict(built).items() if key not in ("folder", "used")}
        draft = built.folder / f"{MARK}.{os.getpid()}"
        draft.write_text(json.dumps(held, indent=1), encoding="utf-8")
        draft.replace(built.folder / MARK)
        return built

    def touch(self, built: Built) -> None:
        """Remember that it was used now, where that can be written."""
        try:
            os.utime(built.folder / MARK)
        except OSError:
            pass

    def all(self) -> Iterator[tuple[Path, Built | None]]:
        """Every environment with its folder, None for one that is not whole."""
        for folder in sorted(self.root.iterdir()) if self.root.is_dir() else ():
            if folder.is_dir():
                yield folder, self.find(folder.name)

    def stranded(self) -> Iterator[tuple[Built, Path]]:
        """The environments that are of no more use, each with what it stands on and is gone: its interpreter, or the
        folder of a project."""
        for built in filter(None, (_completed(folder) for folder, _ in self.all())):
            stands_on = (built.python.resolve(), *map(Path, built.projects))
            if (gone := next((path for path in stands_on if not path.exists()), None)) is not None:
                yield built, gone

    def remove(self, folder: Path) -> bool:
        """Take an environment away, unless a run uses it: whether it is gone. What is left after an interruption is not
        whole, and says so.

        Raises `NotBuilt` where it cannot be taken away.
        """
        with self.alone(folder.name), self.unused(folder.name) as unused:
            try:
                if unused:
                    (folder / MARK).unlink(missing_ok=True)
                    shutil.rmtree(folder)
            except OSError as failure:
                raise NotBuilt(f"{folder} cannot be taken away: {failure.strerror}") from None
        return unused

    @contextmanager
    def in_use(self, keys: Iterable[str]) -> Iterator[None]:
        """Keep environments from being taken away. Any number of processes may do so; one that is killed lets go.

        Whoever uses them looks for them afterwards: until here they may be taken away. Where nothing can be written,
        nothing is kept.
        """
        with ExitStack() as stack:
            for key in keys if fcntl is not None else ():
                with suppress(OSError, NotBuilt):
                    fcntl.flock(stack.enter_context(self._file(f"{key}.users")), fcntl.LOCK_SH)
            yield

    @contextmanager
    def unused(self, key: str) -> Iterator[bool]:
        """Whether no run uses an environment; then none begins to, for as long as this lasts."""
        with self._file(f"{key}.users") as users:
            yield fcntl is None or _taken(users.fileno())

    @contextmanager
    def alone(self, key: str, told: Told = lambda _: None) -> Iterator[None]:
        """Hold the environment against other processes that build or remove it; `told` hears if that means waiting.

        Raises `NotBuilt` where nothing can be written.
        """
        with self._file(f"{key}.lock") as held:
            if fcntl is not None:
                _wait_for(held.fileno(), told)
            yield

    def _file(self, name: str) -> TextIO:
        """A file to be locked. It stays, because others may wait for it."""
        try:
            return (self.root / name).open("a+", encoding="utf-8")
        except OSError as failure:
            raise self._unwritable(failure) from None

    def _unwritable(self, failure: OSError) -> NotBuilt:
        hint = f"name another folder in {VARIABLE}"
        return NotBuilt(f"no environment can be kept in {self.root}: {failure.strerror}", hint=hint)


def _completed(folder: Path) -> Built | None:
    """What the mark of an environment tells, if it has one."""
    try:
        mark = json.loads((folder / MARK).read_text(encoding="utf-8"))
        listed = {name: tuple(mark.get(name, ())) for name in ("requires", "projects")}
        return Built(**{**mark, **listed, "folder": folder}, used=_used(folder))
    except (OSError, ValueError, TypeError, KeyError):
        return None


def versions_in(folder: Path) -> dict[str, str]:
    """The distributions that are installed in an environment, read from the names of their folders."""
    found = (name.removesuffix(METADATA).rpartition("-") for name in _installed(folder))
    return {name.replace("_", "-").lower(): version for name, _, version in sorted(found)}


def _installed(folder: Path) -> Iterator[str]:
    """The names of the folders that tell of distributions. Nothing below them is looked at: a run waits for it."""
    for place in (*folder.glob("lib/python*/site-packages"), *folder.glob("Lib/site-packages")):
        with os.scandir(place) as entries:
            yield from (entry.name for entry in entries if entry.name.endswith(METADATA))


def _wait_for(descriptor: int, told: Told) -> None:
    if not _taken(descriptor):
        told("another process builds it; waiting")
        fcntl.flock(descriptor, fcntl.LOCK_EX)


def _taken(descriptor: int) -> bool:
    """Lock a file for this process alone, unless another one holds it."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _used(folder: Path) -> float:
    return (folder / MARK).stat().st_mtime


def _root() -> Path:
    """The folder of this user: MASSGEN_HUB_CACHE, else below the cache folder of the system."""
    if named := os.environ.get(VARIABLE):
        return whole(named) / "environments"
    on_mac = sys.platform == "darwin"
    cache = "~/Library/Caches" if on_mac else os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    try:
        return Path(cache).expanduser() / "massgen-hub" / "environments"
    except RuntimeError as failure:
        raise NotBuilt(f"no environment can be kept: {failure}", hint=f"name a folder in {VARIABLE}") from None


def age(seconds: float) -> str:
    """How long ago a time was: `now`, `5 min`, `3 h`, `12 days`."""
    passed = max(0.0, time.time() - seconds)
    for unit, length in (("days", 86400), ("h", 3600), ("min", 60)):
        if passed >= length * (2 if unit == "days" else 1):
            return f"{passed // length:.0f} {unit}"
    return "now"
