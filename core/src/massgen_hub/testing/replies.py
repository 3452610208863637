"""What a scripted model answers."""

from __future__ import annotations

import asyncio
import json
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from ..contract import JSON

LOOK_EVERY = 0.01
"""Seconds between two looks at a gate or at a client that is kept waiting."""


class Gate:
    """Holds a reply back. `reached` is set when the model gets there, `released` lets it go on."""

    def __init__(self) -> None:
        self.reached = threading.Event()
        self.released = threading.Event()

    async def until_reached(self) -> None:
        """Wait until the model gets there."""
        while not self.reached.is_set():  # noqa: ASYNC110 - it is set by a thread
            await asyncio.sleep(LOOK_EVERY)


@dataclass(frozen=True, kw_only=True)
class ModelReply:
    """One answer of a model: text, then tool calls as (name, arguments as sent), or the `status` of an error.

    `pause` is the time before each streamed piece, in seconds. With a `gate` the model stops after its text,
    or before everything where the client does not stream, until it is released or the client hangs up. With `cut` the
    server hangs up after the text.
    """

    text: str = ""
    calls: tuple[tuple[str, str], ...] = ()
    status: int = 200
    pause: float = 0
    gate: Gate | None = None
    cut: bool = False


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


def cut(text: str = "") -> ModelReply:
    """Start to answer with `text`, then hang up on the client."""
    return ModelReply(text=text, cut=True)


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


def decides(*decisions: Mapping[str, JSON]) -> Script:
    """A model that gives these decisions by matching tools where they are offered, else as JSON text."""

    def script(body: Mapping[str, JSON]) -> ModelReply:
        if body["messages"][-1].get("role") == "tool":
            return say("done")
        tools = [_tool_for(decision, body) for decision in decisions]
        if all(tools):
            return calls(*((str(tool), decision) for tool, decision in zip(tools, decisions, strict=True)))
        return says("\n".join(map(json.dumps, decisions)))(body)

    return script


def in_turn(*replies: ModelReply, then: Script) -> Script:
    """A model that gives these replies first, one for each request, and then follows a script."""
    left = deque(replies)
    return lambda body: left.popleft() if left else then(body)


def _tool_for(arguments: Mapping[str, JSON], body: Mapping[str, JSON]) -> str | None:
    """The first offered tool that takes exactly these arguments."""
    offered = () if body.get("tool_choice") == "none" else body.get("tools") or ()
    for function in (tool["function"] for tool in offered):
        if set(function.get("parameters", {}).get("properties", ())) == set(arguments):
            return str(function["name"])
    return None


def _encoded(arguments: Mapping[str, JSON] | str) -> str:
    return arguments if isinstance(arguments, str) else json.dumps(dict(arguments))
