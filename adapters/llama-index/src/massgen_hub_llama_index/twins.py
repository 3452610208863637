"""Twins of users' agents and workflows, one for each turn: nothing that a turn does reaches them, nor another turn."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from copy import copy
from typing import Any

from llama_index.core.agent.workflow import AgentWorkflow, CodeActAgent
from llama_index.core.agent.workflow.codeact_agent import EXECUTE_TOOL_NAME
from llama_index.core.llms import LLM
from llama_index.core.memory import ChatMemoryBuffer
from llama_index.core.storage.chat_store import SimpleChatStore
from llama_index.core.tools import BaseTool, FunctionTool, ToolOutput, adapt_to_async_tool
from massgen_hub.contract import Turn
from massgen_hub.kit import own_code
from workflows import Workflow
from workflows.runtime.verbose import VerboseDecorator

from .models import ModelTwins


class Twins:
    """The twins of one turn.

    A workflow's is a copy of it with twins of the models, agents, workflows and histories that it holds, alone or in
    lists and mappings. It prints nothing, and runs no code that the turn quotes.
    """

    def __init__(self, turn: Turn, models: ModelTwins) -> None:
        self._models, self._may_run = models, own_code(turn)
        self._made: dict[int, Any] = {}

    def of(self, own: Any) -> Any:
        """The twin of a workflow or of what one may hold; what has none as it is."""
        if isinstance(own, LLM):
            return self._models.of(own)
        if isinstance(own, Workflow):
            return self._made.get(id(own)) or self._workflow(own)
        if isinstance(own, ChatMemoryBuffer) and isinstance(own.chat_store, SimpleChatStore):
            return own.model_copy(update={"chat_store": own.chat_store.model_copy(deep=True)})
        if type(own) is list:
            return [self.of(part) for part in own]
        if type(own) is dict:
            return {key: self.of(part) for key, part in own.items()}
        return own

    def _workflow(self, own: Workflow) -> Workflow:
        twin = self._made[id(own)] = copy(own)
        held = vars(twin)
        for name, part in held.items():
            held[name] = self.of(part)
        if isinstance(own._runtime, VerboseDecorator):
            twin._runtime = own._runtime._decorated
        if isinstance(twin, CodeActAgent):
            twin.tools = [self._guarded(tool) for tool in twin.tools or []]
        return twin

    def _guarded(self, tool: BaseTool | Callable[..., Any]) -> BaseTool:
        assert isinstance(tool, BaseTool)
        if tool.metadata.name != EXECUTE_TOOL_NAME:
            return tool
        return FunctionTool.from_defaults(
            async_fn=_only(self._may_run, adapt_to_async_tool(tool).acall), name=EXECUTE_TOOL_NAME
        )


def members_of(workflow: Workflow) -> list[Workflow]:
    """A workflow and, where it is one of agents, these."""
    return [workflow, *(workflow.agents.values() if isinstance(workflow, AgentWorkflow) else ())]


def _only(may_run: Callable[[str], bool], run: Callable[..., Awaitable[ToolOutput]]) -> Any:
    async def execute(code: str) -> str:
        """Run the code."""
        if not may_run(code):
            return "This code is quoted from the prompt and was not run."
        return (await run(code=code)).content

    return execute
