"""The homes of the workers of this process, of which its warden knows."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
from pathlib import Path

from .warden import END, GAINED, LOST

PROGRAM = "import sys; sys.path.append(sys.argv[1]); from massgen_hub.worker.warden import main; main(int(sys.argv[2]))"
"""It needs the standard library and this package; without `site` it starts in half the time."""
PACKAGES = Path(__file__).resolve().parents[2]

logger = logging.getLogger("massgen_hub")


class Homes:
    """Tells the warden of the homes that workers of this process have. The warden runs while there are any."""

    def __init__(self) -> None:
        self._homes: set[Path] = set()
        self._warden: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()  # hubs may run in several threads

    def add(self, home: Path) -> None:
        """From now on, should this process be killed, all that has this home ends, and the home is removed."""
        with self._lock:
            self._homes.add(home)
            self._tell(GAINED, home)
            if self._warden is None:
                self._start()

    def discard(self, home: Path) -> None:
        """This home is gone."""
        with self._lock:
            self._homes.discard(home)
            self._tell(LOST, home)
            if not self._homes:
                self._end()

    def _start(self) -> None:
        command = [sys.executable, "-I", "-S", "-c", PROGRAM, str(PACKAGES), str(os.getpid())]
        try:
            self._warden = subprocess.Popen(command, cwd="/", stdin=subprocess.PIPE, start_new_session=True)
        except OSError as failure:
            logger.warning("should this process be killed, workers may outlive it: %s", failure)
        else:
            assert self._warden.stdin is not None
            os.set_blocking(self._warden.stdin.fileno(), False)  # one that does not read holds up nobody
        for home in self._homes:
            self._tell(GAINED, home)

    def _tell(self, what: bytes, home: Path) -> None:
        if self._warden is not None and self._warden.stdin is not None:
            try:
                os.write(self._warden.stdin.fileno(), what + os.fsencode(home) + END)
            except OSError:  # somebody ended it, or stopped it; there will be another one
                self._end()

    def _end(self) -> None:
        if self._warden is not None:
            self._warden.kill()  # there is nothing to end
            self._warden.communicate()
            self._warden = None


homes = Homes()
