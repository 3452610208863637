"""What an agent's entry may say about an agent of Google ADK."""

from __future__ import annotations

from massgen_hub.contract import JSON
from massgen_hub.options import McpServer, Options, Reference
from pydantic import Field

OF_EXISTING = frozenset({"max_llm_calls", "state", "voter"})
OF_BUILT = frozenset({"max_llm_calls", "max_tokens", "mcp_servers", "state", "system_message", "temperature", "tools"})


class GoogleAdkOptions(Options):
    """An agent to build. Of one that exists (`agent: module:attribute`) only `OF_EXISTING` may be said.

    `tools`: functions with annotations and a docstring, tools and toolsets of ADK, or agents, which are called as
    tools. `max_llm_calls`: replies of the model in one turn of the hub. `state`: what every session starts with.
    `voter`: the agent of a group that decides, and whose last word is the answer.
    """

    system_message: str | None = None
    temperature: float | None = Field(default=None, ge=0)
    max_tokens: int | None = Field(default=None, gt=0)
    tools: tuple[Reference, ...] = ()
    mcp_servers: tuple[McpServer, ...] = ()
    max_llm_calls: int = Field(default=50, gt=0)
    state: dict[str, JSON] = Field(default_factory=dict)
    voter: str | None = None
