"""What the author of an adapter tests with: a scripted model, a recording host, turns, the contract as tests.

`AdapterContract`, `DECIDES` and `fixtures` need the extra `massgen-hub[testing]`: pytest and the gateway. All else
needs the hub alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .desk import ADD, FAIL, MCP_SERVER, Endless
from .host import RecordingHost, SilentHost
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
from .taking import Take, fixtures
from .turns import decide, draft, vote

if TYPE_CHECKING:
    from .deciding import DECIDES
    from .promises import AdapterContract

__all__ = [
    "ADD",
    "DECIDES",
    "FAIL",
    "MCP_SERVER",
    "AdapterContract",
    "Endless",
    "Gate",
    "ModelReply",
    "ModelServer",
    "RecordingHost",
    "Request",
    "Script",
    "SilentHost",
    "Take",
    "call",
    "calls",
    "content_text",
    "cut",
    "decide",
    "decides",
    "draft",
    "echo",
    "fail",
    "fixtures",
    "hang",
    "in_turn",
    "run",
    "say",
    "says",
    "vote",
]

PROMISES = ("base", "description", "answers", "decisions", "reports", "failures", "endings", "apart", "capabilities")


def __getattr__(name: str) -> Any:
    """What needs pytest, imported when it is used: pytest need not be there before."""
    if name not in ("AdapterContract", "DECIDES"):
        raise AttributeError(f"module `{__name__}` has no attribute `{name}`")
    import pytest

    modules = ("deciding", *(f"promises.{module}" for module in PROMISES))
    pytest.register_assert_rewrite(*(f"{__name__}.{module}" for module in modules))  # shows both sides
    from .deciding import DECIDES
    from .promises import AdapterContract

    return AdapterContract if name == "AdapterContract" else DECIDES
