"""The hub beside its peers, each in its own process and environment: `python benchmarks/peers/run.py`.

Peers that are not installed here are run by `uv` in an environment of their own.
"""

import json
import math
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
UV = ["uv", "run", "--no-project", "--quiet"]
PEERS = {
    "asyncio.gather and a log": ("fan_gather", [sys.executable]),
    "massgen-hub": ("fan_hub", [sys.executable]),
    "LangGraph, Send twice, in-memory saver": ("fan_langgraph", [sys.executable]),
    "autogen-agentchat, gathered": ("fan_agentchat", [*UV, "--with", "autogen-agentchat", "python"]),
}


def main():
    """Print the table."""
    print("| what | CPU a turn, 8 | CPU a turn, 64 | exponent | time / ideal, 64 | peak memory | votes by itself |")
    print("|---|---|---|---|---|---|---|")
    for title, (module, python) in PEERS.items():
        done = subprocess.run([*python, str(HERE / "measure.py"), module], capture_output=True, text=True, check=True)
        found = json.loads(done.stdout.splitlines()[-1])
        small, large = found["cpu"]["8"], found["cpu"]["64"]
        exponent = math.log(large * 64 / (small * 8)) / math.log(8)
        votes = "yes" if module == "fan_hub" else "no: ours on top"
        print(
            f"| {title} | {small:.3f} ms | {large:.3f} ms | {exponent:.2f} | {found['time']:.3f} "
            f"| {found['peak_mb']:.0f} MB | {votes} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
