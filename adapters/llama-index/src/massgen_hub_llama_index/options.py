"""What an agent's entry may say about an agent or a workflow of LlamaIndex."""

from __future__ import annotations

from typing import Annotated, Literal

from massgen_hub.options import McpServer, Options, Reference
from pydantic import Field

Way = Annotated[str, Field(pattern=r"^\w+$|^[\w.]+:[\w.]+$")]
"""A name of a field, or a function `module:attribute`."""

OF_BUILT = frozenset(
    {"kind", "system_message", "temperature", "max_tokens", "tools", "mcp_servers", "max_iterations"},
)
OF_AGENT = frozenset({"max_iterations"})
OF_TEAM = frozenset({"max_iterations", "voter"})
OF_WORKFLOW = frozenset({"input", "output", "voter"})


class LlamaIndexOptions(Options):
    """An agent to build, or what the hub must know of one that exists (`agent: module:attribute`).

    `kind`: how a built one calls tools, as the model's function calls or in ReAct's words. `tools`: functions with
    annotations and a docstring, or tools of LlamaIndex. `max_iterations`: replies of the model in one turn, of which
    LlamaIndex does not use the last. `voter`: who casts the ballot, a member of an `AgentWorkflow`, or an agent or a
    model that a workflow has under that name. `input`: where a workflow takes the prompt, a field of its start event or
    a function from the prompt (or from the `turn`) to the event; `output`: where it leaves the answer, a field of its
    result or a function of it.
    """

    kind: Literal["function", "react"] = "function"
    system_message: str | None = None
    temperature: float | None = Field(default=None, ge=0)
    max_tokens: int | None = Field(default=None, gt=0)
    tools: tuple[Reference, ...] = ()
    mcp_servers: tuple[McpServer, ...] = ()
    max_iterations: int = Field(default=20, gt=1)
    voter: str | None = None
    input: Way | None = None
    output: Way | None = None
