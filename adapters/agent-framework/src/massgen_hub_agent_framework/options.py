"""What an agent's entry may say about an agent of Microsoft Agent Framework."""

from __future__ import annotations

from massgen_hub.options import McpServer, Options, Reference
from pydantic import Field

OF_EXISTING = frozenset({"voter"})
OF_BUILT = frozenset({"system_message", "temperature", "max_tokens", "tools", "mcp_servers", "max_turns"})


class AgentFrameworkOptions(Options):
    """An agent to build. Of a workflow that exists (`agent: module:attribute`) only `voter` may be said.

    `tools`: functions with annotations and a docstring, or tools of the framework. `max_turns`: replies of the model
    that may call tools in one turn of the hub; after them it is asked once more, without tools. `voter`: the
    participant of a workflow that casts its ballot.
    """

    system_message: str | None = None
    temperature: float | None = Field(default=None, ge=0)
    max_tokens: int | None = Field(default=None, gt=0)
    tools: tuple[Reference, ...] = ()
    mcp_servers: tuple[McpServer, ...] = ()
    max_turns: int = Field(default=10, gt=0)
    voter: str | None = None
