"""The data set: JSON lines with `question` and `reference`, perhaps `id` and `form`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from massgen_hub.consensus.canonical import CANONICAL
from massgen_hub.consensus.draw import digest
from massgen_hub.errors import ConfigError, Place
from massgen_hub.hints import did_you_mean

KEYS = ("question", "reference", "id", "form")
SHAPE = 'a line is like {"question": "What is 2 + 3?", "reference": "5"}'


@dataclass(frozen=True, kw_only=True)
class Item:
    """One question and the answer that is right. `form` says how answers are compared (None: as the config says)."""

    id: str
    question: str
    reference: str
    form: str | None = None


def read_items(path: Path) -> list[Item]:
    """All items of a file. Raises `ConfigError` with the place of what is wrong."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as failure:
        why = getattr(failure, "strerror", None) or failure
        raise ConfigError(f"{path} cannot be read: {why}", hint=SHAPE) from failure
    items: dict[str, tuple[int, Item]] = {}
    for place, item in _items(text, str(path)):
        if item.id in items:
            what = f"the same item as in line {items[item.id][0]} (`{item.id}`)"
            raise ConfigError(what, place=place, hint="give each its own `id`")
        items[item.id] = place.line, item
    if not items:
        raise ConfigError(f"{path} holds no questions", hint=SHAPE)
    return [item for _, item in items.values()]


def _items(text: str, path: str) -> Iterator[tuple[Place, Item]]:
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            place = Place(path=path, line=number, column=1, text=line)
            yield place, _item(line, place)


def _item(line: str, place: Place) -> Item:
    try:
        data = json.loads(line)
    except (ValueError, RecursionError) as failure:
        column = getattr(failure, "colno", 1)
        at = Place(path=place.path, line=place.line, column=column, text=line)
        raise ConfigError(f"not JSON: {getattr(failure, 'msg', failure)}", place=at, hint=SHAPE) from None
    if not isinstance(data, dict):
        raise ConfigError("expected an object", place=place, hint=SHAPE)
    for key in data.keys() - set(KEYS):
        hint = did_you_mean(key, KEYS) or f"keys: {', '.join(KEYS)}"
        raise ConfigError(f"unknown key `{key}`", place=place, hint=hint)
    question, reference = (_text(data, key, place) for key in KEYS[:2])
    form = data.get("form")
    if form is not None and form not in CANONICAL:
        raise ConfigError(f"there is no answer form `{form}`", place=place, hint=f"forms: {', '.join(CANONICAL)}")
    name = _text(data, "id", place) if "id" in data else digest(f"{question}\x1f{reference}")
    return Item(id=name, question=question, reference=reference, form=form)


def _text(data: dict[str, Any], key: str, place: Place) -> str:
    """A text, or a number as the text it is written as."""
    value = data.get(key)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        value = json.dumps(value)
    if not isinstance(value, str) or not value.strip():
        what = f"`{key}` is missing" if key not in data else f"`{key}` must be a text that is not empty"
        raise ConfigError(what, place=place, hint=SHAPE)
    return value
