"""Variables of this process, for as long as AG2 can be told something in no other way."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_LOCK = threading.Lock()


@contextmanager
def environment(**variables: str) -> Iterator[None]:
    """Set variables, and put back what was there. Only for what harms nobody else in the process."""
    with _LOCK:
        before = {name: os.environ.get(name) for name in variables}
        os.environ.update(variables)
        try:
            yield
        finally:
            for name, value in before.items():
                os.environ.pop(name) if value is None else os.environ.update({name: value})


def own_path() -> str:
    """PATH with the programs of the agent's own environment first."""
    return os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
