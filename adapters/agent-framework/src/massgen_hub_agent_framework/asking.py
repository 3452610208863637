"""Questions of agents and workflows to a person, and the answers in the form that they take."""

from __future__ import annotations

import json
from typing import Any

from agent_framework import AgentExecutorResponse, Content, Message, WorkflowEvent
from agent_framework_orchestrations import (
    AgentRequestInfoResponse,
    HandoffAgentUserRequest,
    MagenticPlanReviewRequest,
    MagenticPlanReviewResponse,
)
from massgen_hub.contract import JSON, Host, Question
from massgen_hub.kit import approval, as_text, ask
from pydantic_core import to_jsonable_python

APPROVE, REJECT = "approve", "reject"


async def answer_to_agent(host: Host, request: Content) -> Message:
    """What an agent is told that waits for a person."""
    if request.type == "function_approval_request":
        given = await _approved(host, request)
        return Message("user", [given[0], *([Content.from_text(given[1])] if given[1] else [])])
    answer = await _answer_to(host, request)
    return Message("tool" if answer.type == "function_result" else "user", [answer])


async def answer_to_workflow(host: Host, event: WorkflowEvent[Any]) -> Any:
    """What a workflow is told that waits for a person, or for one of its participants."""
    request = event.data
    if isinstance(request, Content):
        approving = request.type == "function_approval_request"
        return (await _approved(host, request))[0] if approving else await _answer_to(host, request)
    if isinstance(request, AgentExecutorResponse):
        said = await _review(host, f"Is this answer good?\n\n{request.agent_response.text}")
        return AgentRequestInfoResponse.from_strings([said]) if said else AgentRequestInfoResponse.approve()
    if isinstance(request, MagenticPlanReviewRequest):
        said = await _review(host, f"Is this plan good?\n\n{request.plan.text}")
        return MagenticPlanReviewResponse.revise(said) if said else MagenticPlanReviewResponse.approve()
    return await _answer_of(host, request, event.response_type)


def hands_over(event: WorkflowEvent[Any]) -> bool:
    """Whether an agent has said all that it has to say: what comes next is the user's."""
    return isinstance(event.data, HandoffAgentUserRequest)


async def _approved(host: Host, request: Content) -> tuple[Content, str]:
    """The response to a request for an approval, and the reason given with it."""
    call: Any = request.function_call
    answer = await approval(host, call.name, call.parse_arguments())
    return request.to_function_approval_response(answer.given), answer.reason


async def _answer_to(host: Host, request: Content) -> Content:
    """The result of a tool that is only declared, or the answer to another request of an agent."""
    if request.type != "function_call":
        return Content.from_text(await ask(host, Question(text=request.text or as_text(request.to_dict()))))
    about = {"name": request.name, "args": request.parse_arguments()}
    said = await ask(host, Question(text=f"What is the result of `{request.name}`?", data=about))
    return Content.from_function_result(call_id=str(request.call_id), id=request.id, result=said)


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
