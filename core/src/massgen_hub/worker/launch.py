"""How a worker is started: command, environment, folders, log."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ..loopback import sparing_loopback

ALLOWED = re.compile(
    "MASSGEN_HUB_PLUGINS|PYTHONPYCACHEPREFIX|LANG|LC_.+|TZ|USER|LOGNAME|XDG_CACHE_HOME|LD_LIBRARY_PATH|DYLD_.+"
    "|SSL_CERT_FILE|SSL_CERT_DIR|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE"
    "|DOCKER_HOST|DOCKER_CERT_PATH|DOCKER_TLS_VERIFY"
    "|(?i:(http|https|all|no)_proxy)"
)
"""Variables of the hub that a worker inherits. PATH, PYTHONPATH, HOME and TMPDIR are made for it."""
VARIABLE = re.compile(r"\b[A-Z][A-Z0-9]*_[A-Z0-9_]+\b")


@dataclass(frozen=True, kw_only=True)
class Launch:
    """What it takes to start a worker.

    It works in `folder`, or where the hub does. `home` is its own: HOME, and TMPDIR below it. What it prints is
    appended to `log`. `modules` are folders before those of the hub's PYTHONPATH. `variables` are given to
    it beside those that every worker inherits.
    """

    python: Path
    home: Path
    log: Path
    folder: str | None = None
    modules: tuple[Path, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def keeps_log(self) -> bool:
        """Whether the log is there after the worker's home is gone."""
        return self.home not in self.log.parents

    @property
    def command(self) -> tuple[str, ...]:
        """The program and its arguments; `-P` keeps the modules of the working folder from hiding installed ones."""
        return (str(self._program), "-P", "-m", "massgen_hub.worker")

    @property
    def _program(self) -> Path:
        """Absolute, because the worker starts in another folder; links are kept: they lead out of an environment."""
        return self.python.absolute()

    def make_folders(self) -> None:
        """Make what the worker finds, and leave what is there."""
        for folder in (self.home / "tmp", self.log.parent, Path(self.folder or self.home)):
            folder.mkdir(parents=True, exist_ok=True)

    def environment(self) -> dict[str, str]:
        """An environment in which `python` is the active one; of the hub's keys it has those in `variables`."""
        inherited = {name: value for name, value in os.environ.items() if ALLOWED.fullmatch(name)}
        inherited |= sparing_loopback(os.environ)
        made = {"HOME": str(self.home), "TMPDIR": str(self.home / "tmp"), **self._paths(), **self._active()}
        return {**inherited, **self.variables, **made}

    def _paths(self) -> dict[str, str]:
        path = os.pathsep.join([str(self._program.parent), os.environ.get("PATH", os.defpath)])
        inherited = os.environ.get("PYTHONPATH")
        modules = [*map(str, self.modules), *(inherited.split(os.pathsep) if inherited else ())]
        if not modules:
            return {"PATH": path}
        return {"PATH": path, "PYTHONPATH": os.pathsep.join(map(os.path.abspath, modules))}

    def _active(self) -> dict[str, str]:
        prefix = self._program.parent.parent
        return {"VIRTUAL_ENV": str(prefix)} if (prefix / "pyvenv.cfg").is_file() else {}

    def withheld(self, text: str) -> list[str]:
        """The variables that a text names, that are set here and are not given to the worker."""
        given = self.environment()
        return sorted(name for name in set(VARIABLE.findall(text)) if name in os.environ and name not in given)
