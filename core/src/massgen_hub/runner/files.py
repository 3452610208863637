"""The folders of turns: what a turn leaves there are the files of its answer."""

from __future__ import annotations

import os
from pathlib import Path

MOST_FILES = 1000


class Folders:
    """Makes a folder for each turn below one root. Without a root there are no folders and no files."""

    def __init__(self, root: Path | None) -> None:
        self._root = root

    def make(self, agent: str, round_: int, attempt: int) -> Path | None:
        """A new empty folder for this attempt."""
        if self._root is None:
            return None
        folder = self._root / agent / f"round-{round_}-{attempt}"
        folder.mkdir(parents=True, mode=0o700, exist_ok=True)
        return folder.resolve()


def files_in(folder: str | None) -> tuple[str, ...]:
    """The relative paths of the regular files in a folder, sorted, at most 1,000; no links, no hidden files."""
    if folder is None:
        return ()
    found = (Path(parent, name) for parent, _, names in os.walk(folder) for name in names if not name.startswith("."))
    regular = sorted(path.relative_to(folder).as_posix() for path in found if not path.is_symlink())
    return tuple(regular[:MOST_FILES])
