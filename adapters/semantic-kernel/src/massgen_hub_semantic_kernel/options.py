"""What an agent's entry may say about an agent of Semantic Kernel."""

from __future__ import annotations

from massgen_hub.options import McpServer, Options, Reference
from pydantic import Field

OF_EXISTING = frozenset({"approve", "voter"})
OF_GROUPS = frozenset({"voter"})


class SemanticKernelOptions(Options):
    """An agent to build. Of one that exists (`agent: module:attribute`) only `OF_EXISTING` may be said.

    `tools`: functions with annotations and a docstring, or kernel functions. `plugins`: plugins, or objects with kernel
    functions. `approve`: functions that a person approves each call of, as `function` or `plugin-function`.
    `max_auto_invoke_attempts`: replies of the model in one turn that may call functions. `voter`: the member that casts
    the ballot of a group.
    """

    system_message: str | None = None
    temperature: float | None = Field(default=None, ge=0, le=2)
    max_tokens: int | None = Field(default=None, gt=0)
    tools: tuple[Reference, ...] = ()
    plugins: tuple[Reference, ...] = ()
    mcp_servers: tuple[McpServer, ...] = ()
    approve: tuple[str, ...] = ()
    max_auto_invoke_attempts: int = Field(default=10, gt=0)
    voter: str | None = None
