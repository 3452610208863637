"""What a process does behind the hub's back: the addresses that it asks for, and the files that it writes.

Of the standard library only, and of nothing of ours: a copy of it that is called `sitecustomize.py` and lies in a
folder of PYTHONPATH keeps a diary beside itself, from before the first import of the process on. What native code does
by itself, it does not see.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

HERE = ("127.", "::1", "localhost", "0.0.0.0", "/", "\0")  # noqa: S104 - the name is compared, nothing is bound
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
CHANGES = {"os.mkdir": 0, "os.remove": 0, "os.rmdir": 0, "os.truncate": 0, "sqlite3.connect": 0}
CHANGES |= {"os.rename": 1, "os.link": 1, "os.symlink": 1}
"""Events that change a file, with the place of its path among the arguments."""
MEMORY = (":memory:", "file:")
BYTECODE = "__pycache__"

DIARY = "diary"


def address(event: str, arguments: tuple[Any, ...]) -> str | None:
    """The address beyond this machine that an audit event is about, if it is about one."""
    if event not in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"):
        return None
    asked = arguments[1] if event in ("socket.connect", "socket.sendto") else arguments[0]
    host = asked[0] if isinstance(asked, tuple) and asked else asked
    host = host.decode(errors="replace") if isinstance(host, bytes) else host
    return host if isinstance(host, str) and host and not host.startswith(HERE) else None


def written(event: str, arguments: tuple[Any, ...]) -> Path | None:
    """The file or folder that an audit event changes, if it changes one; bytecode and devices are none."""
    if event == "open":
        path = arguments[0] if arguments[2] & WRITES else None
    else:
        path = arguments[CHANGES[event]] if event in CHANGES else None
    if path is None or isinstance(path, int) or os.fsdecode(path).startswith(MEMORY):
        return None
    place = Path(os.fsdecode(path)).resolve()
    return None if BYTECODE in place.parts or place.is_relative_to("/dev") or place.is_relative_to("/proc") else place


def keep_diary(folder: Path) -> None:
    """From now on, a line in a file of `folder` for each address, and for each file outside of the process's folders.
    What lies beside `folder` is of the test's own."""
    book = os.open(folder / DIARY, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    own = [*_own_folders(), folder.resolve().parent]

    def heard(event: str, arguments: tuple[Any, ...]) -> None:
        try:
            if host := address(event, arguments):
                os.write(book, f"asks for {host}\n".encode())
            elif (place := written(event, arguments)) and not any(place.is_relative_to(folder) for folder in own):
                os.write(book, f"writes {place}\n".encode())
        except Exception:  # it would fail what the process does
            os.write(book, f"does what nobody understands: {event}{arguments}\n".encode())

    sys.addaudithook(heard)


def _own_folders() -> list[Path]:
    """The working folder, HOME, TMPDIR, and caches that the user has set up for everybody."""
    named = [os.environ.get(name) for name in ("HOME", "TMPDIR", "XDG_CACHE_HOME")]
    return [Path(folder).resolve() for folder in (".", sys.pycache_prefix, *named) if folder]


if __name__ == "sitecustomize":
    keep_diary(Path(__file__).parent)
