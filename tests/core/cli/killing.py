"""`massgen-hub` in processes of its own that end without warning after a decisive event."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]

DEADLY = """
import os, signal
from massgen_hub.record import Journal
decide, left = Journal.decide, [int(os.environ["KILL_AFTER"])]
def deadly(self, event):
    decide(self, event)
    left[0] -= 1
    if not left[0] and event.type != "ended":
        os.kill(os.getpid(), signal.SIGKILL)
Journal.decide = deadly
from massgen_hub.cli import main
main()
"""


def _call(command, arguments, folder, seconds, **environment):
    kept = {name: value for name, value in os.environ.items() if not name.endswith("_API_KEY")}
    return subprocess.run(
        [sys.executable, *command, *map(str, arguments)],
        capture_output=True, text=True, cwd=folder, env={**kept, "NO_COLOR": "1", **environment}, timeout=seconds,
    )  # fmt: skip


def hub(*arguments, folder, seconds=60, **environment):
    """Call `massgen-hub`."""
    return _call(["-m", "massgen_hub"], arguments, folder, seconds, **environment)


def hub_after(code, *arguments, folder, seconds=60, **environment):
    """Call it in a process where this code ran first."""
    return _call(["-c", f"{code}\nfrom massgen_hub.cli import main\nmain()"], arguments, folder, seconds, **environment)


def killed(*arguments, folder, after, seconds=60):
    """Call it, and kill it with SIGKILL after so many decisive events, but not after the last one of the run."""
    return _call(["-c", DEADLY], arguments, folder, seconds, KILL_AFTER=str(after))


def record(folder):
    """The path of the only record in a folder."""
    [path] = (folder / ".massgen-hub" / "runs").glob("*/events.jsonl")
    return path


def events(folder):
    """The events of the only run in a folder."""
    return [json.loads(line) for line in record(folder).read_text().splitlines()]


def check(folder):
    """What every resumed record keeps: one log, one end, and no turn begun after it had landed."""
    told = events(folder)
    assert [event["seq"] for event in told] == list(range(1, len(told) + 1))
    assert [event["type"] for event in told].count("ended") == 1
    over = set()
    for event in told:
        data = event["data"]
        turn = (data.get("agent"), data.get("round"))
        if event["type"] == "turn_started":
            assert turn not in over
        elif event["type"] == "replied" and data["decision"]["kind"] != "refusal":
            over.add(turn)
    return told
