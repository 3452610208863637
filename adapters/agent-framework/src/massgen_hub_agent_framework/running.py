"""Runs agents and workflows to their end, through the questions that they ask."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, get_args, get_type_hints

from agent_framework import (
    AgentExecutorResponse,
    AgentResponse,
    AgentResponseUpdate,
    BaseAgent,
    Content,
    FunctionalWorkflow,
    Message,
    RawAgent,
    WorkflowEvent,
    WorkflowMessage,
)
from massgen_hub.errors import ConfigError
from massgen_hub.kit import as_text
from pydantic_core import to_jsonable_python

from .asking import answer_to_agent, answer_to_workflow, hands_over
from .decision import Flow
from .tapping import Tap

CLOSING = frozenset({"The conversation has been terminated by the agent."})
CLOSING_NAMES = ("TERMINATION_CONDITION_MET_MESSAGE", "MAX_ROUNDS_MET_MESSAGE")
"""What orchestrators say when they end a chat, and what they call it."""


Done = Callable[[AgentResponse[Any]], object]


async def run_agent(agent: BaseAgent, prompt: str, tap: Tap, done: Done = lambda _response: None) -> AgentResponse[Any]:
    """The agent's response, once all that it asks is answered, or earlier when it is `done`."""
    session = agent.create_session()
    response = await _response(agent, prompt, session)
    while (requests := response.user_input_requests) and not done(response):
        answers = [await answer_to_agent(tap, request) for request in requests]
        response = await _response(agent, [_message(answer) for answer in answers], session)
    return response


async def _response(agent: Any, given: Any, session: Any) -> AgentResponse[Any]:
    if not isinstance(agent, RawAgent):  # one of the user's own making need not stream
        return await agent.run(given, session=session)  # type: ignore[no-any-return]
    async with agent.run(given, stream=True, session=session) as stream:
        return await stream.get_final_response()


def _message(answer: Content) -> Message:
    return Message("tool" if answer.type == "function_result" else "user", [answer])


def last_message(response: AgentResponse[Any]) -> str:
    """The last thing that was said in a response, without what was said before tools were called."""
    texts = (message.text for message in reversed(response.messages) if message.role == "assistant")
    return next((text for text in texts if text), "")


async def run_workflow(workflow: Flow, prompt: str, tap: Tap) -> str:
    """The last words of the workflow."""
    words = LastWords(workflow)
    given: dict[str, Any] = {"message": _input(workflow, prompt)}
    answers: dict[str, Any] = {}
    while True:
        asked = []
        async with workflow.run(stream=True, **given) as events:
            async for event in events:
                words.hear(event)
                if event.type == "request_info" and not hands_over(event):
                    asked.append(event)
        if not asked:
            return words.text
        known = answers if isinstance(workflow, FunctionalWorkflow) else {}  # a function runs again from its start
        answers = known | {event.request_id: await answer_to_workflow(tap, event) for event in asked}
        given = {"responses": answers}


def _input(workflow: Flow, prompt: str) -> Any:
    if isinstance(workflow, FunctionalWorkflow):
        return _argument(workflow, prompt)
    start = workflow.get_start_executor()
    message = Message("user", [prompt])
    for given in ([message], message, prompt):
        if start.can_handle(WorkflowMessage(data=given, source_id="hub")):
            return given
    what = f"the workflow begins with `{start.id}`, which takes no text but {start.input_types}"
    raise ConfigError(what, hint="let it begin with an agent, or with what takes `str` or `list[Message]`")


def _argument(workflow: FunctionalWorkflow, prompt: str) -> Any:
    """The prompt in the form that the function of a workflow is annotated with; text where it says nothing."""
    message = Message("user", [prompt])
    forms: dict[Any, Any] = {str: prompt, Any: prompt, Message: message, list[Message]: [message]}
    for name in workflow._non_ctx_param_names:
        hint = get_type_hints(workflow._func).get(name, str)
        for form in (hint, *get_args(hint)):
            if form in forms:
                return forms[form]
    what = f"the workflow `{workflow.name}` takes no text"
    raise ConfigError(what, hint="let its function take one `str`, `Message` or `list[Message]`")


class LastWords:
    """The last output of a workflow; where it has none but that it has ended, the last words of a participant."""

    def __init__(self, workflow: Flow) -> None:
        self._executors: Mapping[str, Any] = getattr(workflow, "executors", {})
        self._outputs: dict[object, str] = {}
        self._spoken = ""

    @property
    def text(self) -> str:
        """Those heard last."""
        return next((text for text in reversed(self._outputs.values()) if text), self._spoken)

    def hear(self, event: WorkflowEvent[Any]) -> None:
        """An event of the workflow."""
        if event.type == "output":
            self._hear_output(event)
        elif event.type == "executor_completed":
            for sent in event.data or ():
                if isinstance(sent, AgentExecutorResponse):
                    self._spoken = last_message(sent.agent_response) or self._spoken

    def _hear_output(self, event: WorkflowEvent[Any]) -> None:
        output, key = event.data, object()
        if isinstance(output, AgentResponseUpdate):
            key = (event.executor_id, output.message_id or output.response_id)
        if (text := _text(output)) not in self._closing(event.executor_id):
            self._outputs[key] = self._outputs.get(key, "") + text

    def _closing(self, executor: str | None) -> set[str]:
        orchestrator = self._executors.get(executor or "")
        return {*CLOSING, *(getattr(orchestrator, name, "") for name in CLOSING_NAMES)} - {""}


def _text(output: Any) -> str:
    if isinstance(output, AgentResponse):
        return "\n\n".join(message.text for message in output.messages if message.text)
    if isinstance(output, (AgentResponseUpdate, Message)):
        return output.text
    if isinstance(output, list) and output and all(isinstance(one, Message) for one in output):
        return str(output[-1].text)
    return as_text(to_jsonable_python(output, fallback=str))
