"""What an agent's entry in the YAML may say about an agent of LangGraph."""

from __future__ import annotations

from typing import Annotated

from massgen_hub.options import Options
from pydantic import Field

Reference = Annotated[str, Field(pattern=r"^[\w.]+:[\w.]+$")]
"""`module:attribute`."""

OF_EXISTING = frozenset({"recursion_limit", "input_key", "output_key"})
OF_BUILT = frozenset({"recursion_limit", "system_message", "temperature", "max_tokens", "tools"})


class LangGraphOptions(Options):
    """An agent to build, or what the hub must know of an existing graph (`agent: module:attribute`).

    `recursion_limit`: steps of the graph in one turn, for both. `tools`: functions with a docstring, or tools of
    LangChain. `input_key` and `output_key`: where in its own state a graph finds the prompt and leaves the answer.
    """

    system_message: str | None = None
    temperature: float | None = Field(default=None, ge=0)
    max_tokens: int | None = Field(default=None, gt=0)
    tools: tuple[Reference, ...] = ()
    recursion_limit: int = Field(default=50, gt=0)
    input_key: str = "messages"
    output_key: str = "messages"
