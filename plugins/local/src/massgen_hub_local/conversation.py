"""Conversations in the only form the model was trained on: text of the system, the user and the assistant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from massgen_hub.contract import JSON
from massgen_hub_gateway.errors import api_error

ROLES = {"developer": "system", "tool": "user", "function": "user"}
LONGEST_DESCRIPTION = 120
"""Characters of a tool's description that are shown: a prompt is read at 200 tokens a second."""

TextMessage = dict[str, str]


def as_text(messages: Sequence[Mapping[str, JSON]]) -> list[TextMessage]:
    """Messages of Chat Completions as text. Raises `ApiError` 400 for a picture or a sound."""
    names = _names_of_calls(messages)
    return [{"role": _role(message), "content": _content(message, names)} for message in messages]


def with_tools(messages: Sequence[TextMessage], tools: Mapping[str, Mapping[str, JSON]]) -> list[TextMessage]:
    """The messages, with a note on the tools (name to function) that one of must be called now.

    The note goes last, so that the start of the conversation stays the same and need not be read again.
    """
    note = "\n".join(["Now call a tool:", *(_described(name, tool) for name, tool in tools.items())])
    *before, last = messages
    if last["role"] != "user":
        return [*messages, {"role": "user", "content": note}]
    return [*before, {"role": "user", "content": f"{last['content']}\n\n{note}"}]


def _role(message: Mapping[str, JSON]) -> str:
    role = str(message["role"])
    return ROLES.get(role, role)


def _described(name: str, function: Mapping[str, JSON]) -> str:
    arguments = ", ".join((function.get("parameters") or {}).get("properties") or ())
    first_line = (function.get("description") or "").strip().partition("\n")[0]
    return f"{name}({arguments}): {first_line[:LONGEST_DESCRIPTION]}"


def _content(message: Mapping[str, JSON], names: Mapping[str, str]) -> str:
    text = _text(message.get("content"))
    if message["role"] == "tool":
        return f"Result of {names.get(message.get('tool_call_id', ''), 'the tool')}: {text}"
    calls = [f"{call['function']['name']}{call['function']['arguments']}" for call in _calls(message)]
    return "\n".join([*([text] if text else []), *calls])


def _text(content: JSON) -> str:
    if not isinstance(content, list):
        return content or ""
    for part in content:
        if part.get("type", "text") != "text":
            reason = f"the embedded model reads text only, not `{part['type']}`"
            raise api_error(400, reason, "invalid_request_error")
    return "".join(part.get("text") or "" for part in content)


def _calls(message: Mapping[str, JSON]) -> Sequence[Mapping[str, JSON]]:
    return message.get("tool_calls") or ()


def _names_of_calls(messages: Sequence[Mapping[str, JSON]]) -> dict[str, str]:
    return {call.get("id", ""): call["function"]["name"] for message in messages for call in _calls(message)}
