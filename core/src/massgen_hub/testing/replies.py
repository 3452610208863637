"""What a scripted model answers."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from ..contract import JSON


class Gate:
    """Holds a reply back. `reached` is set when the model gets there, `released` lets it go on."""

    def __init__(self) -> None:
        self.reached = threading.Event()
        self.released = threading.Event()


@dataclass(frozen=True, kw_only=True)
class ModelReply:
    """One answer of a model: text, then tool calls as (name, arguments as sent), or the `status` of an error.

    `pause` is the time before each streamed piece, in seconds. With a `gate` the model stops after its text,
    or before everything where the client does not stream, until it is released or the client hangs up.
    """

    text: str = ""
    calls: tuple[tuple[str, str], ...] = ()
    status: int = 200
    pause: float = 0
    gate: Gate | None = None


Script: TypeAlias = Callable[[Mapping[str, JSON]], ModelReply]
"""From the body of a request to the reply."""


def say(text: str, *, pause: float = 0) -> ModelReply:
    """Plain text."""
    return ModelReply(text=text, pause=pause)


def call(name: str, arguments: Mapping[str, JSON] | str) -> ModelReply:
    """One tool call. Arguments given as a string are sent as they are, be they JSON or not."""
    return calls((name, arguments))


def calls(*made: tuple[str, Mapping[str, JSON] | str], text: str = "") -> ModelReply:
    """Several tool calls in one reply, after some text if there is any."""
    return ModelReply(text=text, calls=tuple((name, _encoded(arguments)) for name, arguments in made))


def fail(status: int) -> ModelReply:
    """An error of the server."""
    return ModelReply(status=status, text=f"the script says {status}")


def hang(text: str = "", gate: Gate | None = None) -> ModelReply:
    """Start to answer with `text`, then stop until the gate is released or the client is gone."""
    return ModelReply(text=text, gate=gate or Gate())


def echo(body: Mapping[str, JSON]) -> ModelReply:
    """What the user said last; the reply of every model that has no script."""
    spoken = [m.get("content") for m in body.get("messages", ()) if m.get("role") == "user"]
    return say(content_text(spoken[-1]) if spoken else "")


def content_text(content: JSON) -> str:
    """The text of a message's content, given as a string or as a list of parts."""
    if isinstance(content, list):
        return "".join(content_text(part.get("text")) for part in content)
    return content if isinstance(content, str) else ""


def says(text: str) -> Script:
    """A model that gives this answer as text, or by a tool where the request demands a call."""

    def script(body: Mapping[str, JSON]) -> ModelReply:
        tool = _tool_for({"answer": text}, body)
        if tool and body.get("tool_choice") == "required":
            return call(tool, {"answer": text})
        return say(text)

    return script


def decides(decision: Mapping[str, JSON]) -> Script:
    """A model that gives this decision by a matching tool where one is offered, else as JSON text."""

    def script(body: Mapping[str, JSON]) -> ModelReply:
        if body["messages"][-1].get("role") == "tool":
            return say("done")
        if tool := _tool_for(decision, body):
            return call(tool, decision)
        return says(json.dumps(decision))(body)

    return script


def _tool_for(arguments: Mapping[str, JSON], body: Mapping[str, JSON]) -> str | None:
    """The first offered tool that takes exactly these arguments."""
    offered = () if body.get("tool_choice") == "none" else body.get("tools") or ()
    for function in (tool["function"] for tool in offered):
        if set(function.get("parameters", {}).get("properties", ())) == set(arguments):
            return str(function["name"])
    return None


def _encoded(arguments: Mapping[str, JSON] | str) -> str:
    return arguments if isinstance(arguments, str) else json.dumps(dict(arguments))
