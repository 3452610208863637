"""What an agent's entry in the YAML may say about an agent of LangGraph."""

from __future__ import annotations

from typing import Annotated, Literal

from massgen_hub.options import McpServer, Options, Reference
from pydantic import Field

Way = Annotated[str, Field(pattern=r"^\w+$|^[\w.]+:[\w.]+$")]
"""A key of a graph's state, or a function `module:attribute`."""

OF_EXISTING = frozenset({"recursion_limit", "input", "output", "checkpoints"})
OF_BUILT = frozenset({"recursion_limit", "system_message", "temperature", "max_tokens", "tools", "mcp_servers"})


class LangGraphOptions(Options):
    """An agent to build, or what the hub must know of an existing graph (`agent: module:attribute`).

    `recursion_limit`: steps of the graph in one turn, for both. `tools`: functions with a docstring, or tools of
    LangChain. `input`: where a graph takes the prompt, a key of its state or a function from the prompt (or from the
    `turn`) to its input; `output`: where it leaves the answer, a key or a function of its last state. `checkpoints`:
    whether the graph's own checkpointer keeps a thread for each turn.
    """

    system_message: str | None = None
    temperature: float | None = Field(default=None, ge=0)
    max_tokens: int | None = Field(default=None, gt=0)
    tools: tuple[Reference, ...] = ()
    mcp_servers: tuple[McpServer, ...] = ()
    recursion_limit: int = Field(default=50, gt=0)
    input: Way | None = None
    output: Way | None = None
    checkpoints: Literal["drop", "keep"] = "drop"
