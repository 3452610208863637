"""One run of a workflow, through the questions it asks, to its end."""

from __future__ import annotations

from contextlib import aclosing
from typing import Any

from llama_index.core.agent.workflow import AgentOutput, CodeActAgent, ToolCall, ToolCallResult
from llama_index.core.agent.workflow.codeact_agent import EXECUTE_TOOL_NAME
from massgen_hub.contract import Activity, Host
from massgen_hub.kit import as_json
from workflows import Workflow
from workflows.events import Event, InputRequiredEvent, StopEvent
from workflows.handler import WorkflowHandler

from .ballots import Ballotbox
from .hearing import SECONDS_TO_STOP
from .questions import answer, fields_of
from .twins import members_of

FRAMEWORK = ("llama_index.", "workflows.")
"""Modules whose events are no news of the user's own."""


class Run:
    """One run; the calls of a `ballotbox` are not noted. `begun`: a model has answered in it."""

    def __init__(self, workflow: Workflow, host: Host, ballotbox: Ballotbox | None = None) -> None:
        self.begun = False
        self._workflow, self._host, self._ballotbox = workflow, host, ballotbox
        self._noted: set[tuple[str, str]] = set()
        self._runs_code = any(isinstance(member, CodeActAgent) for member in members_of(workflow))

    async def to_the_end(self, **given: Any) -> Any:
        """The result. Raises what a step raises, and `NotAvailable` where nobody answers a question."""
        handler: WorkflowHandler = self._workflow.run(**given)
        try:
            async with aclosing(handler.stream_events()) as events:
                async for event in events:
                    await self._take(event, handler)
            return await handler
        finally:
            await _stopped(handler)

    async def _take(self, event: Event, handler: WorkflowHandler) -> None:
        match event:
            case AgentOutput():
                self.begun = True
                if self._ballotbox:
                    self._ballotbox.take(event)
            case ToolCallResult():
                self._note("result", event, event.tool_output.content)
            case ToolCall():
                self._note("call", event, as_json(event.tool_kwargs))
            case InputRequiredEvent():
                await handler.send_event(await answer(event, self._workflow, self._host))
            case _ if not isinstance(event, StopEvent) and not type(event).__module__.startswith(FRAMEWORK):
                self._host.note(Activity(kind="info", name=type(event).__name__, text=as_json(fields_of(event))))

    def _note(self, kind: Any, event: ToolCall | ToolCallResult, text: str) -> None:
        """Once: a tool that has waited for a person is called again."""
        if (kind, event.tool_id) in self._noted or (self._ballotbox and event.tool_name in self._ballotbox.names):
            return
        self._noted.add((kind, event.tool_id))
        if event.tool_name == EXECUTE_TOOL_NAME and self._runs_code:
            kind, text = ("code", event.tool_kwargs["code"]) if kind == "call" else ("output", text)
        self._host.note(Activity(kind=kind, name=event.tool_name, text=text, id=event.tool_id))


async def _stopped(handler: WorkflowHandler) -> None:
    """The run leaves nothing behind, be it done, failed or cancelled."""
    if not handler.is_done():
        await handler.cancel_run(timeout=SECONDS_TO_STOP)
