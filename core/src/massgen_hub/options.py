"""The base of every adapter's options."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

Reference: TypeAlias = Annotated[str, Field(pattern=r"^[\w.]+:[\w.]+$")]
"""`module:attribute`, something of the user's."""


class Options(BaseModel):
    """Options of an agent's entry: frozen, and an unknown key is an error with its line."""

    model_config = ConfigDict(extra="forbid", frozen=True)
