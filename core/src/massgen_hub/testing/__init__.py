"""What the author of an adapter tests with: a scripted model, a recording host, turns, the contract as tests.

Needs pytest where `AdapterContract` is run, and nothing else beside the hub.
"""

from __future__ import annotations

import sys

from .host import RecordingHost
from .loops import run
from .replies import Gate, ModelReply, Script, call, calls, content_text, decides, echo, fail, hang, say, says
from .server import ModelServer, Request
from .turns import decide, draft, vote

if "pytest" in sys.modules:  # so that a broken promise shows both sides
    import pytest

    pytest.register_assert_rewrite("massgen_hub.testing.adapter")

from .adapter import AdapterContract

__all__ = [
    "AdapterContract",
    "Gate",
    "ModelReply",
    "ModelServer",
    "RecordingHost",
    "Request",
    "Script",
    "call",
    "calls",
    "content_text",
    "decide",
    "decides",
    "draft",
    "echo",
    "fail",
    "hang",
    "run",
    "say",
    "says",
    "vote",
]
