"""Tool calls of a model that knows no tools: which are demanded, and how its text becomes one."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from massgen_hub.contract import JSON
from massgen_hub_gateway.errors import api_error


def demanded(request: Mapping[str, JSON]) -> dict[str, Mapping[str, JSON]]:
    """The functions of which one must be called, by name; none where the model may also talk, which it does better."""
    offered = {tool["function"]["name"]: tool["function"] for tool in request.get("tools") or () if "function" in tool}
    choice = request.get("tool_choice")
    if choice == "required":
        return offered
    if not isinstance(choice, Mapping):
        return {}
    name = choice["function"]["name"]
    if name not in offered:
        raise api_error(400, f"there is no tool `{name}`", "invalid_request_error")
    return {name: offered[name]}


class Call:
    """Turns the text of a call, `NAME{ARGUMENTS}`, into the chunks of a tool call while it is being written."""

    def __init__(self, tools: Collection[str]) -> None:
        """Of one tool alone, the grammar leaves out the name."""
        self._name = "".join(tools) if len(tools) == 1 else ""
        self._begun = False

    def translated(self, chunk: Mapping[str, JSON]) -> dict[str, JSON]:
        """The same chunk, its text as a piece of the call."""
        choices = [self._choice(choice, chunk["id"]) for choice in chunk["choices"]]
        return {**chunk, "choices": choices}

    def _choice(self, choice: Mapping[str, JSON], chunk_id: str) -> dict[str, JSON]:
        delta = dict(choice["delta"])
        text = delta.pop("content", None)
        calls = self._calls(text, chunk_id) if text else []
        finish = "tool_calls" if choice.get("finish_reason") == "stop" else choice.get("finish_reason")
        return {**choice, "delta": {**delta, **({"tool_calls": calls} if calls else {})}, "finish_reason": finish}

    def _calls(self, text: str, chunk_id: str) -> list[dict[str, JSON]]:
        if self._begun:
            return [{"index": 0, "function": {"arguments": text}}]
        name, brace, rest = text.partition("{")
        self._name += name
        if not brace:
            return []
        self._begun = True
        function = {"name": self._name, "arguments": brace + rest}
        return [{"index": 0, "id": f"call_{chunk_id[-16:]}", "type": "function", "function": function}]
