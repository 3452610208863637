"""What is printed, stored and kept of a turn."""

import subprocess
import sys

from crewai import Flow
from crewai.flow import start
from crewai.memory.unified_memory import Memory
from massgen_hub.testing import draft

TURN = """
from massgen_hub.contract import Setup
from massgen_hub.testing import ModelServer, RecordingHost, draft, run, says
from massgen_hub_crewai import ADAPTER
from massgen_hub.targets import resolve

async def turn(server, target):
    setup = Setup(agent="ada", seed=1, model=server.model("m"), target=resolve(target), folder={folder!r})
    async with ADAPTER.open(ADAPTER.options(), setup) as agent:
        await agent(draft(), RecordingHost())

with ModelServer() as server:
    server.script("m", says("Paris."))
    for name in ("crew", "geographer", "Asking"):
        run(turn(server, "massgen_hub_crewai.conformance:" + name), loop="one")
"""


def test_turns_print_nothing_and_store_below_the_agent_s_folder(tmp_path):
    home, folder = tmp_path / "home", tmp_path / "agent"
    places = {"HOME": str(home), "TMPDIR": str(tmp_path), "CREWAI_STORAGE_DIR": str(folder)}
    code = TURN.format(folder=str(folder))
    ran = subprocess.run([sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, env=places)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")
    assert [file.name for file in home.rglob("*") if file.is_file()] == ["secret.key"], "what importing it writes"


def test_what_a_flow_remembers_is_forgotten_after_the_turn(take, tmp_path):
    class Remembering(Flow):
        @start()
        def answer(self):
            known = self.recall("secret", depth="shallow")
            self.remember("The secret.", scope="/", categories=["c"], importance=0.5)
            return f"{len(known)}, then {len(self.recall('secret', depth='shallow'))}"

    def embedded(texts):
        return [[1.0, 0.0] for _ in texts]

    flow = Remembering(memory=Memory(embedder=embedded, storage=str(tmp_path / "memory")))
    assert [take(draft(), target=flow).text for _ in range(2)] == ["0, then 1", "0, then 1"]
