"""What the hub adds to a run of any agent, without touching the agent: a capability for this run alone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from massgen_hub.contract import Host, Question
from massgen_hub.kit import approval, ask
from pydantic_ai.capabilities import AbstractCapability
from pydantic_ai.exceptions import ToolFailed
from pydantic_ai.messages import ToolCallPart
from pydantic_ai.models import ModelRequestContext
from pydantic_ai.tools import DeferredToolRequests, DeferredToolResults, RunContext, ToolApproved, ToolDenied

from .decision import Decision


@dataclass
class HubHooks(AbstractCapability[Any]):
    """Leaves retries to the hub, asks for a decision, puts what waits for a person to the host.

    `forgives`: a model is told of a tool that failed, and goes on.
    """

    host: Host
    decision: Decision | None
    forgives: bool

    async def before_model_request(
        self, _context: RunContext[Any], request_context: ModelRequestContext
    ) -> ModelRequestContext:
        """The request as the hub wants it."""
        settings = dict(request_context.model_settings or {})
        if "max_retries" not in request_context.model.unsupported_settings:
            settings["max_retries"] = 0
        asked = request_context.model_request_parameters
        if self.decision:
            settings.pop("tool_choice", None)
            asked = self.decision.asked_in(asked)
        return replace(request_context, model_settings=settings, model_request_parameters=asked)

    async def handle_deferred_tool_calls(
        self, _context: RunContext[Any], *, requests: DeferredToolRequests
    ) -> DeferredToolResults:
        """A person approves calls, and gives the results of those that are made outside of the run."""
        return DeferredToolResults(
            approvals={call.tool_call_id: await self._approved(call) for call in requests.approvals},
            calls={call.tool_call_id: await self._result(call) for call in requests.calls},
        )

    async def on_tool_execute_error(self, _context: RunContext[Any], *, error: Exception, **_about: Any) -> Any:
        """A tool raised something."""
        if self.forgives:
            raise ToolFailed(f"{type(error).__name__}: {error}") from error
        raise error

    async def _approved(self, call: ToolCallPart) -> ToolApproved | ToolDenied:
        said = await approval(self.host, call.tool_name, call.args_as_dict())
        return ToolApproved() if said.given else ToolDenied(said.reason) if said.reason else ToolDenied()

    async def _result(self, call: ToolCallPart) -> str:
        about = {"name": call.tool_name, "args": call.args_as_dict()}
        return await ask(self.host, Question(text=f"What is the result of `{call.tool_name}`?", data=about))
