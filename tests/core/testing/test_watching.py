"""What a process does behind an adapter's back."""

import subprocess
import sys
from pathlib import Path

from massgen_hub.testing.watching import _in, children


def test_a_process_that_was_started_is_a_child_until_it_ends():
    before = children()
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        assert children() - before == {process.pid}
        process.communicate(b"\n")
    assert children() <= before


def test_a_thread_that_has_ended_meanwhile_has_no_children():
    assert _in(Path("/proc/self/task/0/children")) == []
