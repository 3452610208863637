"""Check what the README's first command printed: three frameworks, in one round, each with its own ballot or reason."""

import json
import sys
from pathlib import Path

told = json.loads(Path(sys.argv[1]).read_text())
frameworks = {"ag2", "langgraph", "smolagents"}
votes = {turn["framework"] for turn in told["turns"] if turn["kind"] == "vote"}
assert set(told["agents"].values()) == frameworks, told["agents"]
assert votes == frameworks, votes
assert len({ballot["round"] for ballot in told["ballots"]}) == 1, told["ballots"]
assert all(ballot["text"] or ballot["data"] for ballot in told["ballots"])
assert told["verdict"]["decided"], told["verdict"]
print(f"{len(told['ballots'])} ballots, exit code {told['verdict']['exit_code']}: {told['verdict']['answer']!r}")
