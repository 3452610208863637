"""Questions of agents and workflows to a person, and the answers in the form that they take."""

from __future__ import annotations

import json
from typing import Any

from agent_framework import AgentExecutorResponse, Content, WorkflowEvent
from agent_framework_orchestrations import (
    AgentRequestInfoResponse,
    HandoffAgentUserRequest,
    MagenticPlanReviewRequest,
    MagenticPlanReviewResponse,
)
from massgen_hub.contract import JSON, Host, Question
from massgen_hub.kit import approval, as_text, ask
from pydantic_core import to_jsonable_python

from .tapping import Tap

APPROVE, REJECT = "approve", "reject"


async def answer_to_agent(tap: Tap, request: Content) -> Content:
    """What an agent is told that waits for a person."""
    if request.type == "function_approval_request":
        call: Any = request.function_call
        answer = await approval(tap.host, call.name, call.parse_arguments())
        tap.reasons[call.call_id] = answer.reason
        return request.to_function_approval_response(answer.given)
    if request.type == "function_call":  # a tool that is only declared
        about = {"name": request.name, "args": request.parse_arguments()}
        said = await ask(tap.host, Question(text=f"What is the result of `{request.name}`?", data=about))
        return Content.from_function_result(call_id=str(request.call_id), id=request.id, result=said)
    return Content.from_text(await ask(tap.host, Question(text=request.text or as_text(request.to_dict()))))


async def answer_to_workflow(tap: Tap, event: WorkflowEvent[Any]) -> Any:
    """What a workflow is told that waits for a person, or for one of its participants."""
    request = event.data
    if isinstance(request, Content):
        return await answer_to_agent(tap, request)
    if isinstance(request, AgentExecutorResponse):
        said = await _review(tap.host, f"Is this answer good?\n\n{request.agent_response.text}")
        return AgentRequestInfoResponse.from_strings([said]) if said else AgentRequestInfoResponse.approve()
    if isinstance(request, MagenticPlanReviewRequest):
        said = await _review(tap.host, f"Is this plan good?\n\n{request.plan.text}")
        return MagenticPlanReviewResponse.revise(said) if said else MagenticPlanReviewResponse.approve()
    return await _answer_of(tap.host, request, event.response_type)


def hands_over(event: WorkflowEvent[Any]) -> bool:
    """Whether an agent has said all that it has to say: what comes next is the user's."""
    return isinstance(event.data, HandoffAgentUserRequest)


async def _review(host: Host, text: str) -> str:
    """What is to be changed; empty where it is approved."""
    said = await ask(host, Question(text=text, choices=(APPROVE,)))
    return "" if said == APPROVE else said


async def _answer_of(host: Host, request: Any, expected: Any) -> JSON:
    """The answer to a question of an executor: as it is where text is expected, and otherwise what its JSON says."""
    data = to_jsonable_python(request, fallback=str)
    text = data if isinstance(data, str) else as_text(data)
    if expected is bool:
        return await ask(host, Question(text=text, choices=(APPROVE, REJECT))) == APPROVE
    said = await ask(host, Question(text=text, data=data))
    try:
        return said if expected is str else json.loads(said)
    except ValueError:
        return said
