"""Bounds that hold for both generations."""

from __future__ import annotations

MAX_ITERS = 10
"""Replies of the model in one turn where nothing is said: the default of AgentScope 1.x; that of 2.x is 50."""

DECISION_ITERS = 3
"""Replies in which an agent may look something up before it has to decide."""

SECONDS_TO_CONNECT = 60.0
"""In which an MCP server must be ready."""

ROUNDS_TO_SETTLE = 10
"""Of the event loop, to which OpenAI's client leaves the ends of its streams."""
