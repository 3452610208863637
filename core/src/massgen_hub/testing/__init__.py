"""What the author of an adapter tests with: a scripted model, a recording host, turns, the contract as tests.

`AdapterContract` needs the extra `massgen-hub[testing]`: pytest and the gateway. All else needs the hub alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .desk import ADD, FAIL, MCP_SERVER
from .host import RecordingHost
from .loops import run
from .replies import (
    Gate,
    ModelReply,
    Script,
    call,
    calls,
    content_text,
    cut,
    decides,
    echo,
    fail,
    hang,
    in_turn,
    say,
    says,
)
from .server import ModelServer, Request
from .turns import decide, draft, vote

if TYPE_CHECKING:
    from .promises import AdapterContract

__all__ = [
    "ADD",
    "FAIL",
    "MCP_SERVER",
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
    "cut",
    "decide",
    "decides",
    "draft",
    "echo",
    "fail",
    "hang",
    "in_turn",
    "run",
    "say",
    "says",
    "vote",
]

PROMISES = ("base", "description", "answers", "decisions", "reports", "failures", "endings", "apart", "capabilities")


def __getattr__(name: str) -> Any:
    """The contract, imported when it is used: pytest need not be there before."""
    if name != "AdapterContract":
        raise AttributeError(f"module `{__name__}` has no attribute `{name}`")
    import pytest

    pytest.register_assert_rewrite(*(f"{__name__}.promises.{module}" for module in PROMISES))  # shows both sides
    from .promises import AdapterContract

    return AdapterContract
