"""What AgentScope stops for: permission to call a tool, and tools that somebody else has to run."""

from __future__ import annotations

import json
from typing import Any

from agentscope.event import ConfirmResult, ExternalExecutionResultEvent, UserConfirmResultEvent
from agentscope.message import ToolCallBlock, ToolResultBlock, ToolResultState
from agentscope.tool import AskUser
from massgen_hub.contract import JSON, Host, Question
from massgen_hub.errors import NotAvailable
from massgen_hub.kit import approval, ask

POLICIES = "set `permissions: allow` or `permissions: deny`, or allow the tool where the agent is made"


async def confirmed(reply: str, calls: list[ToolCallBlock], policy: str, host: Host) -> UserConfirmResultEvent:
    """Whether the calls may be made. Raises `NotAvailable` where it has to be asked, and nobody answers."""
    results = [ConfirmResult(confirmed=await _may_be_made(call, policy, host), tool_call=call) for call in calls]
    return UserConfirmResultEvent(reply_id=reply, confirm_results=results)


async def _may_be_made(call: ToolCallBlock, policy: str, host: Host) -> bool:
    if policy != "ask":
        return policy == "allow"
    try:
        return (await approval(host, call.name, _arguments(call))).given
    except NotAvailable as nobody:
        raise NotAvailable(nobody.message, hint=POLICIES) from nobody


async def executed(reply: str, calls: list[ToolCallBlock], host: Host) -> ExternalExecutionResultEvent:
    """What came of tools that run outside of the agent: a person answers for them."""
    return ExternalExecutionResultEvent(reply_id=reply, execution_results=[await _result(call, host) for call in calls])


async def _result(call: ToolCallBlock, host: Host) -> ToolResultBlock:
    about: dict[str, Any] = {"id": call.id, "name": call.name, "state": ToolResultState.SUCCESS}
    if call.name == AskUser.name:
        answers = [await _answer(question, host) for question in _arguments(call)["questions"]]
        output = "\n".join(f"{one['question']} {one.get('other') or one['selected'][0]}" for one in answers)
        return ToolResultBlock(**about, output=output, metadata={"answers": answers})
    text = f"The agent has `{call.name}` run by somebody else. What is the result?"
    said = await ask(host, Question(text=text, data={"name": call.name, "args": _arguments(call)}))
    return ToolResultBlock(**about, output=said)


async def _answer(question: dict[str, Any], host: Host) -> dict[str, JSON]:
    """One answer in the form of `AskUserMetadata`: a label, or the person's own words."""
    text = "\n\n".join(part for part in (question.get("context"), question["question"]) if part)
    labels = tuple(option["label"] for option in question["options"])
    said = await ask(host, Question(text=text, choices=labels, data=question))
    given = {"selected": [said]} if said in labels else {"other": said}
    return {"question": question["question"], **given}


def _arguments(call: ToolCallBlock) -> JSON:
    try:
        return json.loads(call.input or "{}")
    except ValueError:  # AgentScope mends what it can
        return call.input
