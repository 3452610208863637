"""What each adapter weighs: `python benchmarks/adapters.py` prints a table, a fresh process for each row.

Lines of code count neither blank lines, comments nor docstrings, nor the contract classes that an adapter ships. CPU
seconds are those of the process until its agent has answered one draft of a scripted model on loopback, beside those
of a process that opens the hub's own native agent; memory is the most that was resident.
"""

import ast
import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]

KINDS = {
    "ag2": {"classic": {}, "1.x": {"kind": "agent"}},
    "langgraph": {"": {}},
    "smolagents": {"tools": {}, "code": {"kind": "code"}},
    "agentscope": {"": {}},
    "openai-agents": {"": {}},
}

ONE_DRAFT = """
import asyncio, json, resource, sys, time
from massgen_hub.contract import Setup
from massgen_hub.testing import ModelServer, RecordingHost, call, draft, say
from massgen_hub.worker.opening import find_adapter

name, options = sys.argv[1], json.loads(sys.argv[2])
listed = time.process_time()
adapter, _ = find_adapter(name)
listed = time.process_time() - listed

def answer(body):
    if "<code>" in str(body["messages"]):
        return say("<code>final_answer('Paris')</code>")
    return call("final_answer", {"answer": "Paris"}) if body.get("tool_choice") == "required" else say("Paris")

async def one(server):
    setup = Setup(agent="ada", seed=1, model=server.model("m"))
    async with adapter.open(adapter.options(**options), setup) as agent:
        reply = await agent(draft(), RecordingHost())
        assert "Paris" in str(reply), reply

with ModelServer() as server:
    server.script("m", answer)
    asyncio.run(one(server))
usage = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps([listed, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024]))
"""


def lines(adapter):
    """Lines of code in the sources of an adapter, without its contract classes."""
    files = [path for path in (ROOT / "adapters" / adapter / "src").rglob("*.py") if path.name != "conformance.py"]
    return sum(map(code_lines, files))


def code_lines(path):
    """Lines that hold code: no blank ones, comments or docstrings."""
    tree = ast.parse(path.read_text())
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    notes = [node.body[0] for node in ast.walk(tree) if isinstance(node, documented) and ast.get_docstring(node)]
    skipped = {number for note in notes for number in range(note.lineno, note.end_lineno + 1)}
    numbered = enumerate(path.read_text().splitlines(), start=1)
    return sum(bool(line.strip()) and line.strip()[0] != "#" and number not in skipped for number, line in numbered)


def weighed(adapter, options):
    """CPU seconds to list it, CPU seconds and megabytes to one draft; the best of three processes."""
    command = [sys.executable, "-W", "ignore", "-c", ONE_DRAFT, adapter, json.dumps(options)]
    runs = [subprocess.run(command, capture_output=True, text=True, check=True) for _ in range(3)]
    return [min(column) for column in zip(*(json.loads(run.stdout) for run in runs), strict=True)]


def main():
    """Print the table."""
    listed, floor, memory = weighed("model", {})
    print("| adapter | lines of code | to list it | to its first draft | beside `model` | resident |")
    print("|---|---|---|---|---|---|")
    print(f"| `model` (core) | | {listed:.2f} s | {floor:.2f} s | 1 | {memory:.0f} MB |")
    for adapter, kinds in KINDS.items():
        for kind, options in kinds.items():
            listed, seconds, memory = weighed(adapter, options)
            cells = f"{lines(adapter)} | {listed:.2f} s | {seconds:.2f} s | x{seconds / floor:.1f} | {memory:.0f} MB"
            print(f"| `{adapter}` {kind} | {cells} |")


if __name__ == "__main__":
    main()
