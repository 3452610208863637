"""One peer, measured in this process: `python measure.py fan_gather` prints one line of JSON."""

import asyncio
import importlib
import json
import resource
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from workload import latency

REPEAT, SPREAD = 7, (0.05, 0.15)
SIZES = (8, 64)


def cpu(peer, count):
    """Milliseconds of CPU a turn, the least of several runs."""

    def once():
        began = time.process_time()
        asyncio.run(peer.run(count))
        return time.process_time() - began

    once()
    return min(once() for _ in range(REPEAT)) / count / 2 * 1000


def slowdown(peer, count):
    """Time to the result beside the slowest draft plus the slowest ballot."""
    ideal = sum(max(latency(number, kind, SPREAD) for number in range(count)) for kind in ("draft", "vote"))

    def once():
        began = time.perf_counter()
        asyncio.run(peer.run(count, SPREAD))
        return time.perf_counter() - began

    return min(once() for _ in range(3)) / ideal


def main():
    """Measure the peer named on the command line."""
    peer = importlib.import_module(sys.argv[1])
    costs = {count: cpu(peer, count) for count in SIZES}
    found = {
        "cpu": costs,
        "time": slowdown(peer, 64),
        "winner": asyncio.run(peer.run(8)),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main()
