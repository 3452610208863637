"""Questions that a graph puts to a person: interrupts, approvals of tool calls, breakpoints."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from langgraph.types import Command, StateSnapshot
from massgen_hub.contract import JSON, Host, Question
from massgen_hub.errors import TurnError
from massgen_hub.kit import approval, as_json, ask


async def answered(paused: StateSnapshot, host: Host) -> Command[Any] | None:
    """What the graph goes on with. Raises `NotAvailable` where nobody answers, `TurnError` where somebody says no."""
    if paused.interrupts:
        return Command(resume={asked.id: await _answer(asked.value, host) for asked in paused.interrupts})
    question = Question(text=f"The graph stops before: {', '.join(paused.next)}. Go on?", choices=("yes", "no"))
    if await ask(host, question) != "yes":
        raise TurnError("the graph was stopped at a breakpoint, as answered")
    return None


async def _answer(value: Any, host: Host) -> JSON:
    """The answer in the form that the interrupt expects: LangChain's approvals, or text."""
    match value:
        case str():
            return await ask(host, Question(text=value))
        case {"action_requests": actions}:
            return {"decisions": [await _approval(action, host) for action in actions]}
        case {"type": "tool_approval"}:
            return await _approval(value, host)
    text = as_json(value)
    return await ask(host, Question(text=text, data=json.loads(text)))


async def _approval(action: Mapping[str, Any], host: Host) -> dict[str, str]:
    arguments = json.loads(as_json(action["args"]))
    said = await approval(host, action["name"], arguments, action.get("description") or "")
    if said.given:
        return {"type": "approve"}
    return {"type": "reject", **({"message": said.reason} if said.reason else {})}
