"""What is wrong with the options of an agent, as plain data, so that another environment can tell it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args

from pydantic import BaseModel, ValidationError


def problems(model: type[BaseModel], data: Any) -> list[dict[str, Any]]:
    """Everything that pydantic finds: `type`, `loc`, `msg`, `ctx`, and for an unknown key the `names` known there."""
    try:
        model.model_validate(data)
    except ValidationError as failure:
        return [_plain(dict(error), model) for error in failure.errors(include_url=False, include_input=False)]
    return []


def _plain(error: dict[str, Any], model: type[BaseModel]) -> dict[str, Any]:
    context = {name: _carried(value) for name, value in error.get("ctx", {}).items()}
    plain = {"type": error["type"], "loc": list(error["loc"]), "msg": str(error["msg"]), "ctx": context}
    if error["type"] == "extra_forbidden":
        plain["names"] = sorted(_names_at(model, tuple(error["loc"][:-1])))
    return plain


def _carried(value: Any) -> Any:
    return value if isinstance(value, (str, int, float, bool)) else str(value)


def _names_at(model: type[BaseModel], location: tuple[Any, ...]) -> set[str]:
    """The keys that are known at a location, in every model that may stand there."""
    models = {model}
    for part in location:
        inner = {found for at in models for found in _models_in(_annotation(at, part))}
        models = inner or models
    return {field.alias or name for at in models for name, field in at.model_fields.items()}


def _annotation(model: type[BaseModel], part: Any) -> Any:
    field = model.model_fields.get(part) if isinstance(part, str) else None
    return field.annotation if field else None


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models_in(inner)
