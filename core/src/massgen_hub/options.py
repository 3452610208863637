"""The base of every adapter's options."""

from __future__ import annotations

from typing import Annotated, Literal, Self, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, model_validator

Reference: TypeAlias = Annotated[str, Field(pattern=r"^[\w.]+:[\w.]+$")]
"""`module:attribute`, something of the user's."""


class Options(BaseModel):
    """Options of an agent's entry: frozen, and an unknown key is an error with its line."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class McpServer(Options):
    """A server of tools: a `command` that is started with the agent, or the `url` of one that runs."""

    name: Annotated[str, Field(pattern=r"^[a-zA-Z0-9_-]+$")]
    command: str | None = None
    args: tuple[str, ...] = ()
    env: dict[str, str] | None = Field(default=None, repr=False)
    cwd: str | None = None
    url: str | None = None
    headers: dict[str, str] | None = Field(default=None, repr=False)
    transport: Literal["http", "sse"] = "http"

    @model_validator(mode="after")
    def _is_one_of_both(self) -> Self:
        if (self.command is None) == (self.url is None):
            raise ValueError("give an MCP server a `command` that starts it, or the `url` where it runs")
        needed, idle = ("url", ("headers", "transport")) if self.command else ("command", ("args", "env", "cwd"))
        for name in idle:
            if name in self.model_fields_set:
                raise ValueError(f"`{name}` has no effect without `{needed}`")
        return self
