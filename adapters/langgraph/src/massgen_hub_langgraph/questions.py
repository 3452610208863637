"""Questions that a graph puts to a person: interrupts, approvals of tool calls, breakpoints."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from langgraph.types import Command, Interrupt, StateSnapshot
from massgen_hub.contract import JSON, Host, Question
from massgen_hub.errors import NotAvailable, TurnError


async def answered(paused: StateSnapshot, host: Host) -> Command[Any] | None:
    """What the graph goes on with. Raises `NotAvailable` where nobody answers, `TurnError` where somebody says no."""
    if paused.interrupts:
        return Command(resume={asked.id: await _answer(asked, host) for asked in paused.interrupts})
    question = Question(text=f"The graph stops before: {', '.join(paused.next)}. Go on?", choices=("yes", "no"))
    if await _ask(question, host) != "yes":
        raise TurnError("the graph was stopped at a breakpoint, as answered")
    return None


async def _answer(asked: Interrupt[Any], host: Host) -> JSON:
    """The answer in the form that the interrupt expects: LangChain's approvals, or text."""
    value = asked.value
    if isinstance(value, Mapping) and "action_requests" in value:
        return {"decisions": [await _approval(action, host) for action in value["action_requests"]]}
    if isinstance(value, Mapping) and value.get("type") == "tool_approval":
        return await _approval(value, host)
    if isinstance(value, str):
        return await _ask(Question(text=value), host)
    return await _ask(Question(text=json.dumps(value, ensure_ascii=False, default=str), data=_plain(value)), host)


async def _approval(action: Mapping[str, Any], host: Host) -> dict[str, str]:
    """Any answer but `approve` rejects the call, and what else was said is the reason."""
    arguments = {"name": action["name"], "args": _plain(action["args"])}
    text = action.get("description") or f"May `{action['name']}` be called?"
    answer = await _ask(Question(text=text, choices=("approve", "reject"), data=arguments), host)
    if answer in ("approve", "reject"):
        return {"type": answer}
    return {"type": "reject", "message": answer}


async def _ask(question: Question, host: Host) -> str:
    try:
        return await host.ask(question)
    except NotAvailable as nobody:
        raise NotAvailable(f"the graph asks, and nobody answers: {question.text}", hint=nobody.hint) from nobody


def _plain(value: Any) -> JSON:
    return json.loads(json.dumps(value, default=str))
