"""What an agent's entry in the YAML may say about an agent of AgentScope."""

from __future__ import annotations

from typing import Literal

from massgen_hub.errors import ConfigError
from massgen_hub.options import McpServer, Options, Reference
from massgen_hub.targets import resolve
from pydantic import BaseModel, Field

OF_EXISTING = frozenset({"max_iters", "permissions", "structured_schema"})
OF_BUILT = OF_EXISTING | {"system_message", "temperature", "max_tokens", "tools", "mcp_servers"}


class ToolServer(McpServer):
    """A server of tools. `enable_tools`, `disable_tools`: which of them the agent has."""

    transport: Literal["http"] = "http"
    enable_tools: tuple[str, ...] | None = None
    disable_tools: tuple[str, ...] | None = None


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
    mcp_servers: tuple[ToolServer, ...] = ()
    permissions: Literal["ask", "deny", "allow"] | None = None
    max_iters: int | None = Field(default=None, gt=0)
    structured_schema: Reference | None = None


def schema_of(options: AgentScopeOptions) -> type[BaseModel] | None:
    """The form of an answer. Raises `ConfigError` where the name stands for something else."""
    if options.structured_schema is None:
        return None
    schema = resolve(options.structured_schema)
    if isinstance(schema, type) and issubclass(schema, BaseModel):
        return schema
    hint = "name a class derived from `pydantic.BaseModel`"
    raise ConfigError(f"`structured_schema`: `{options.structured_schema}` is no pydantic model", hint=hint)
