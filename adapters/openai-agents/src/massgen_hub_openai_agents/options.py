"""What an agent's entry may say about an agent of the OpenAI Agents SDK."""

from __future__ import annotations

from typing import Any, Literal, Self

from massgen_hub.options import McpServer, Options, Reference
from pydantic import ConfigDict, Field, model_validator

OF_EXISTING = frozenset({"api", "context", "max_turns", "session", "tracing"})


class HostedTool(Options):
    """A tool that OpenAI runs; what else it is told goes there as it is."""

    model_config = ConfigDict(extra="allow", frozen=True)

    type: Literal["web_search", "file_search", "code_interpreter", "image_generation"]

    @property
    def settings(self) -> dict[str, Any]:
        """Everything but its type."""
        return self.model_extra or {}


class OpenAIAgentsOptions(Options):
    """An agent to build. Of one that exists (`agent: module:attribute`) only `OF_EXISTING` may be said.

    `tools`: functions with annotations and a docstring, or tools of the SDK. `handoffs`: agents of the SDK.
    `max_turns`: replies of the model in one turn of the hub. `context`: a function that makes the context of a turn.
    `session`: a session whose items go before every prompt; nothing is written into it.
    """

    system_message: str | None = None
    temperature: float | None = Field(default=None, ge=0)
    max_tokens: int | None = Field(default=None, gt=0)
    tools: tuple[Reference, ...] = ()
    hosted_tools: tuple[HostedTool, ...] = ()
    mcp_servers: tuple[McpServer, ...] = ()
    handoffs: tuple[Reference, ...] = ()
    api: Literal["chat", "responses"] = "chat"
    context: Reference | None = None
    max_turns: int = Field(default=10, gt=0)
    session: Reference | None = None
    tracing: bool = False

    @model_validator(mode="after")
    def _hosted_tools_are_of_the_responses_api(self) -> Self:
        if self.hosted_tools and self.api == "chat":
            raise ValueError("`hosted_tools` need `api: responses`, and a model of OpenAI's own")
        return self
