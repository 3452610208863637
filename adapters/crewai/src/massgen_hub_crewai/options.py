"""What an agent's entry may say about an agent of CrewAI."""

from __future__ import annotations

from typing import Annotated, Any

from massgen_hub.contract import JSON
from massgen_hub.options import McpServer, Options, Reference
from pydantic import Field

from .quiet import send_nothing

Name = Annotated[str, Field(pattern=r"^[A-Za-z_][\w-]*$")]
"""A placeholder in the texts of a crew or an agent, or a field of a flow's state."""

OF_EXISTING = frozenset({"input", "inputs", "output"})


class CrewAIOptions(Options):
    """An agent to build. Of an agent, crew or flow that exists (`agent: module:attribute`) only `OF_EXISTING` may be
    said.

    `max_iter`: replies of the model in one turn of the hub. `input`: the placeholder of a crew, or the field of a
    flow's state, that takes the prompt (default `prompt`); `inputs`: what the others are. `output`: the field of a
    flow's last state that holds the answer.
    """

    role: str = "assistant"
    goal: str = "Answer the task as well as it can be answered."
    backstory: str = ""
    system_message: str | None = None
    temperature: float | None = Field(default=None, ge=0)
    max_tokens: int | None = Field(default=None, gt=0)
    tools: tuple[Reference, ...] = ()
    mcp_servers: tuple[McpServer, ...] = ()
    max_iter: int = Field(default=25, gt=0)
    input: Name | None = None
    inputs: dict[Name, JSON] = Field(default_factory=dict)
    output: Name | None = None

    def model_post_init(self, _context: Any) -> None:
        """A config uses CrewAI: it must be silent before the user's module imports it."""
        send_nothing()
