"""Native channels for decisions: the tools to offer, and the reply made of their arguments."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from ..contract import JSON, Reply


def decision_tools(schema: Mapping[str, JSON]) -> list[dict[str, JSON]]:
    """The tools, in the form of Chat Completions, whose arguments are the replies that `Turn.schema` allows.

    `vote` takes a ballot, `answer` a better answer; a turn that allows only one of them has only that tool.
    """
    return [_decision_tool(branch) for branch in schema.get("anyOf", [schema])]


def _decision_tool(parameters: Mapping[str, JSON]) -> dict[str, JSON]:
    name = "answer" if "answer" in parameters["properties"] else "vote"
    function = {"name": name, "description": parameters["description"], "parameters": dict(parameters)}
    return {"type": "function", "function": function}


def decided(text: str, arguments: Iterable[JSON]) -> Reply:
    """The reply of an agent that called decision tools: native arguments in the order of the reply.

    Each of `arguments` is a mapping, or the text that the model sent for one. What is no JSON object, or an empty one,
    is left to the hub's parser, as text.
    """
    native: list[Mapping[str, JSON]] = []
    rest = [text] if text else []
    for given in arguments:
        value = _parsed(given) if isinstance(given, str) else given
        if isinstance(value, Mapping) and value:
            native.append(value)
        elif given or value == {}:
            rest.append(as_text(given))
    return Reply(text="\n".join(rest), data=(native[0] if len(native) == 1 else native) or None)


def as_text(value: object) -> str:
    """A value that an agent made, as the text of an answer: a string as it is, JSON where it has structure."""
    if value is None:
        return ""
    return as_json(value) if isinstance(value, (Mapping, list, tuple)) else str(value)


def as_said(value: JSON, said: str) -> str:
    """A value with structure as text: in the model's own words, `said`, where they spell it out."""
    if isinstance(value, str):
        return value
    try:
        return said if json.loads(said) == value else as_text(value)
    except ValueError:
        return as_text(value)


def as_json(value: object) -> str:
    """JSON, with words for what JSON does not know."""
    return json.dumps(value, ensure_ascii=False, default=str, skipkeys=True)


def _parsed(text: str) -> JSON:
    try:
        return json.loads(text)
    except ValueError:
        return None
