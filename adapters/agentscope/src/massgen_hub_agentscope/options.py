"""What an agent's entry in the YAML may say about an agent of AgentScope."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from massgen_hub.options import Options, Reference
from pydantic import Field, model_validator

OF_EXISTING = frozenset({"max_iters", "permissions", "structured_schema"})
OF_BUILT = OF_EXISTING | {"system_message", "temperature", "max_tokens", "tools", "mcp_servers"}


class McpServer(Options):
    """A server of tools: a `command` that is started with the agent, or the `url` of one that runs.

    `timeout`: seconds that one call may take. `enable_tools`, `disable_tools`: which of its tools the agent has.
    """

    name: Annotated[str, Field(pattern=r"^[a-zA-Z0-9_-]+$")]
    command: str | None = None
    args: tuple[str, ...] = ()
    env: dict[str, str] | None = Field(default=None, repr=False)
    cwd: str | None = None
    url: str | None = None
    headers: dict[str, str] | None = Field(default=None, repr=False)
    timeout: float = Field(default=30, gt=0)
    enable_tools: tuple[str, ...] | None = None
    disable_tools: tuple[str, ...] | None = None

    @model_validator(mode="after")
    def _is_one_of_both(self) -> Self:
        if (self.command is None) == (self.url is None):
            raise ValueError("give an MCP server a `command` that starts it, or the `url` where it runs")
        needed, idle = ("url", ("headers",)) if self.command else ("command", ("args", "env", "cwd"))
        for name in idle:
            if name in self.model_fields_set:
                raise ValueError(f"`{name}` has no effect without `{needed}`")
        return self


class AgentScopeOptions(Options):
    """An agent to build; of an existing one (`agent: module:attribute`) only `OF_EXISTING` may be said.

    `tools`: functions with annotations and a docstring, tools of AgentScope or their classes, or a whole `Toolkit`.
    `permissions`: who answers when AgentScope asks whether a tool may be called: a person (`ask`), or always no
    (`deny`) or yes (`allow`). Unset, it is `allow` for the tools named here, and `ask` for an agent of the user's.
    `max_iters`: replies of the model in one turn; one more must be the answer. `structured_schema`: a pydantic model.
    """

    system_message: str = "You are a helpful assistant."
    temperature: float | None = Field(default=None, ge=0, le=2)
    max_tokens: int | None = Field(default=None, gt=0)
    tools: tuple[Reference, ...] = ()
    mcp_servers: tuple[McpServer, ...] = ()
    permissions: Literal["ask", "deny", "allow"] | None = None
    max_iters: int | None = Field(default=None, gt=0)
    structured_schema: Reference | None = None
