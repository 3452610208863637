"""The process of the embedded model: one order on standard input, one reply on standard output, then it serves.

It ends with its parent, whose end of standard input closes then.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Mapping
from typing import Any

from massgen_hub.contract import JSON

CONTEXT = 4096
"""Tokens that one agent's prompt and answer may have together. The system prompts of some frameworks take 2,500."""

BATCH = 128
"""Tokens of a prompt between two looks at whether the caller is still there (about half a second)."""


def main() -> None:
    """Serve until standard input is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the hub ends this process when it has stopped its agents
    with os.fdopen(os.dup(sys.stdout.fileno()), "w") as replies:
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what a library prints is no reply
        order = json.loads(sys.stdin.readline())
        try:
            server = _start(order)
        except (ImportError, RuntimeError) as failure:
            reply = {"error": str(failure)}
        else:
            reply = {"address": server.listening_address}
        replies.write(json.dumps(reply) + "\n")
    sys.stdin.read()
    os._exit(0)


def _start(order: Mapping[str, JSON]) -> Any:
    import xllamacpp  # type: ignore[import-untyped]

    params = xllamacpp.CommonParams()
    params.model.path, params.model_alias = order["weights"], {order["name"]}
    params.n_parallel, params.n_ctx = order["slots"], order["slots"] * CONTEXT
    params.n_batch = params.n_ubatch = BATCH
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1  # two collapse beside a busy neighbour
    params.hostnames, params.port = ["127.0.0.1"], 0
    params.api_keys = [order["key"]]
    params.cache_ram_mib = 0  # old prompts would pile up in memory, up to 8 GB
    params.verbosity, params.ui = 0, False
    return xllamacpp.Server(params)


if __name__ == "__main__":
    main()
