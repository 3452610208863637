"""What is finished is kept: `results.json` in the folder of the output, keyed by everything a result depends on."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from importlib.metadata import version
from pathlib import Path
from time import perf_counter
from typing import Any

from massgen_hub import consensus
from massgen_hub.codec import from_plain, to_plain
from massgen_hub.consensus.draw import digest
from massgen_hub.errors import RecordError

from .results import Result

FILE = "results.json"


def key_of(name: str, parameters: Mapping[str, Any]) -> str:
    """The name under which a result is kept: equal parameters, code and numpy, equal names."""
    versions = {"code": code(), "numpy": version("numpy")}
    return f"{name} {json.dumps({**parameters, **versions}, sort_keys=True)}"


@cache
def code() -> str:
    """A digest of the sources that make results: these, and the consensus of the hub."""
    folders = (Path(__file__).parent, Path(consensus.__file__).parent)
    paths = sorted(path for folder in folders for path in folder.rglob("*.py"))
    return digest("".join(path.read_text(encoding="utf-8") for path in paths))


class Store:
    """Finished results of one folder. Raises `RecordError` where the file is none of ours, or cannot be written."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE
        self._kept: dict[str, Any] = {}
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if self._path.exists():
                self._kept = dict(json.loads(self._path.read_text(encoding="utf-8")))
        except (OSError, ValueError) as failure:
            why = getattr(failure, "strerror", None) or failure
            raise RecordError(f"{self._path}: {why}", hint="choose another `--out`") from failure

    def finished(self, key: str, work: Callable[[], Result]) -> Result:
        """The kept result of this key, or that of the work, kept from now on."""
        if key in self._kept:
            return from_plain(Result, self._kept[key])
        start = perf_counter()
        result = replace(work(), seconds=round(perf_counter() - start, 2))
        self._kept[key] = to_plain(result)
        write_whole(self._path, json.dumps(self._kept, indent=1))
        return result


def write_whole(path: Path, text: str) -> None:
    """Replace a file at once: a reader, or a crash, never sees half of it. Raises `RecordError`."""
    beside = path.with_suffix(path.suffix + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside.write_text(text, encoding="utf-8")
        beside.replace(path)
    except OSError as failure:
        raise RecordError(f"{path} cannot be written: {failure.strerror}", hint="choose another `--out`") from failure
