"""What an agent's entry may say about an agent of Pydantic AI."""

from __future__ import annotations

from typing import Any

from massgen_hub.options import McpServer, Options, Reference
from pydantic import ConfigDict, Field

OF_EXISTING = frozenset({"deps", "provider", "request_limit"})


class HostedTool(Options):
    """A tool that the model's provider runs, by the name that Pydantic AI has for it; what else is said are its
    settings."""

    model_config = ConfigDict(extra="allow", frozen=True)

    type: str

    @property
    def settings(self) -> dict[str, Any]:
        """Everything but its type."""
        return self.model_extra or {}


class PydanticAIOptions(Options):
    """An agent to build. Of one that exists (`agent: module:attribute`) only `OF_EXISTING` may be said.

    `tools`: functions with annotations and a docstring, or tools of Pydantic AI. `toolsets`: those of Pydantic AI, or
    functions that make one of a run's context. `provider`: how the entry's model is spoken to, by the prefix that
    Pydantic AI has in names of models. `deps`: what the tools depend on, or a function that makes it for every turn.
    `request_limit`: replies of the model in one turn of the hub.
    """

    system_message: str | None = None
    temperature: float | None = Field(default=None, ge=0)
    max_tokens: int | None = Field(default=None, gt=0)
    tools: tuple[Reference, ...] = ()
    toolsets: tuple[Reference, ...] = ()
    mcp_servers: tuple[McpServer, ...] = ()
    hosted_tools: tuple[HostedTool, ...] = ()
    provider: str = Field(default="openai-chat", pattern=r"^[a-z0-9-]+$")
    deps: Reference | None = None
    request_limit: int = Field(default=10, gt=0)
