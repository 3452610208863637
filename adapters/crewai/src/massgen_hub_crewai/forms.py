"""Arguments of tools by their JSON Schema, as CrewAI asks for them: as a class."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from massgen_hub.contract import JSON
from pydantic import BaseModel, ConfigDict


class _Form(BaseModel):
    """Takes any arguments: who receives them judges them."""

    model_config = ConfigDict(extra="allow")


def form(name: str, parameters: Mapping[str, JSON]) -> type[BaseModel]:
    """A class whose JSON Schema these parameters are."""

    class Described(_Form):
        @classmethod
        def model_json_schema(cls, *_args: Any, **_kwargs: Any) -> dict[str, JSON]:  # type: ignore[override]
            return deepcopy(dict(parameters))

    Described.__name__ = name
    return Described
