"""The base of every adapter's options."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Options(BaseModel):
    """Options of an agent's entry: frozen, and an unknown key is an error with its line."""

    model_config = ConfigDict(extra="forbid", frozen=True)
