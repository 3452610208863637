"""What an agent's entry may say about an agent of smolagents."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal, Self

from massgen_hub.options import McpServer, Options, Reference
from pydantic import Field, model_validator

OF_EXISTING = frozenset({"max_steps"})
OF_CODE = frozenset(
    {"additional_authorized_imports", "executor", "executor_kwargs", "use_structured_outputs_internally"}
)

Identifier = Annotated[str, Field(pattern=r"^[A-Za-z_]\w*$")]


class SmolagentsOptions(Options):
    """An agent to build; of an existing one (`agent: module:attribute`) only `max_steps` may be said.

    `tools` names functions (annotated, with an `Args:` docstring) and instances or subclasses of `smolagents.Tool`.
    `prompts: short` replaces smolagents' long prompts, for models with little room. `executor_kwargs` is what
    smolagents' executor of that name takes. `managed_agents` are described in the same way, and use the same model.
    """

    kind: Literal["tool_calling", "code"] = "tool_calling"
    system_message: str = ""
    temperature: float | None = Field(default=None, ge=0)
    max_tokens: int | None = Field(default=None, gt=0)
    max_steps: int | None = Field(default=None, gt=0)
    planning_interval: int | None = Field(default=None, gt=0)
    tools: tuple[Reference, ...] = ()
    mcp_servers: tuple[McpServer, ...] = ()
    managed_agents: tuple[ManagedAgent, ...] = ()
    additional_authorized_imports: tuple[str, ...] = ()
    executor: Literal["local", "docker"] = "local"
    executor_kwargs: dict[str, Any] = Field(default_factory=dict)
    use_structured_outputs_internally: bool = False
    prompts: Literal["short", "full"] = "full"

    def everybody(self) -> Iterator[SmolagentsOptions]:
        """These options, and those of all that are managed."""
        yield self
        for managed in self.managed_agents:
            yield from managed.everybody()

    @model_validator(mode="after")
    def _fit_together(self) -> Self:
        idle = sorted(self.model_fields_set & OF_CODE)
        if idle and self.kind != "code":
            raise ValueError(f"`{idle[0]}` needs `kind: code`")
        if self.use_structured_outputs_internally and self.prompts == "short":
            raise ValueError("`use_structured_outputs_internally` needs `prompts: full`")
        if self.managed_agents and self.executor != "local":
            raise ValueError("`managed_agents` need `executor: local`: smolagents cannot send them elsewhere")
        return self


class ManagedAgent(SmolagentsOptions):
    """An agent that another one calls like a tool: `description` says what for."""

    name: Identifier
    description: str
