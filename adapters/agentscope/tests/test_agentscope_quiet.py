"""What importing AgentScope would do to the process of the hub."""

from __future__ import annotations

import subprocess
import sys

SCENE = """
import asyncio, logging, sys, warnings
from massgen_hub.contract import Setup
from massgen_hub.testing import ModelServer, RecordingHost, draft, fail, run
from massgen_hub_agentscope import ADAPTER

async def scene(server):
    setup = Setup(agent="ada", seed=1, model=server.model("m"))
    async with ADAPTER.open(ADAPTER.options(), setup) as agent:
        try:
            await agent(draft(), RecordingHost())
        except Exception as failure:
            return type(failure).__name__

with ModelServer() as server:
    server.script("m", [fail(500)])
    failed = run(scene(server), loop="one")
import agentscope
{after}
warnings.warn_explicit("old", DeprecationWarning, "other.py", 1, "other")
assert failed == "InternalServerError", failed
"""


def ran(after, folder):
    code = SCENE.format(after=after)
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=folder, timeout=120)


def test_warnings_of_agentscope_and_deprecations_of_others_are_not_printed(tmp_path):
    done = ran("agentscope.logger.error('look')", tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_file_that_the_user_has_it_logged_to_is_kept(tmp_path):
    code = "agentscope.setup_logger('INFO', 'as.log'); from massgen_hub_agentscope.quiet import keep_quiet; "
    done = ran(code + "keep_quiet(); agentscope.logger.error('look')", tmp_path)
    assert (done.returncode, done.stderr, "look" in (tmp_path / "as.log").read_text()) == (0, "", True)
