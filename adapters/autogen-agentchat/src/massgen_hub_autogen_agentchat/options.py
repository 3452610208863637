"""What an agent's entry in the YAML may say about an agent or a team of AutoGen."""

from __future__ import annotations

from massgen_hub.options import McpServer, Options, Reference
from pydantic import Field

OF_TEAMS = frozenset({"voter"})


class CodeExecution(Options):
    """Python that the agent writes is run on this machine, in the folder of the turn, for `timeout` seconds at most."""

    timeout: int = Field(default=60, ge=1)


class AutogenAgentchatOptions(Options):
    """An AssistantAgent to build. Of a team that exists (`agent: module:attribute`) only `voter` may be said.

    `tools`: functions with annotations and a docstring, or tools of AutoGen. `max_turns`: replies of the model in one
    turn of the hub. `voter`: the member that speaks for a team, and casts its ballot.
    """

    system_message: str | None = None
    temperature: float | None = Field(default=None, ge=0)
    max_tokens: int | None = Field(default=None, gt=0)
    tools: tuple[Reference, ...] = ()
    mcp_servers: tuple[McpServer, ...] = ()
    code_execution: CodeExecution | None = None
    max_turns: int = Field(default=10, gt=0)
    voter: str | None = None
