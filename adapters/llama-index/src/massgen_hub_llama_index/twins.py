"""Twins of users' agents and workflows, one for each turn: nothing that a turn does reaches them, nor another turn."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from copy import copy
from itertools import takewhile
from typing import Any

from llama_index.core.agent.workflow import AgentWorkflow, CodeActAgent
from llama_index.core.agent.workflow.codeact_agent import EXECUTE_TOOL_NAME
from llama_index.core.llms import LLM
from llama_index.core.memory import ChatMemoryBuffer, Memory
from llama_index.core.storage.chat_store import SimpleChatStore
from llama_index.core.storage.chat_store.sql import SQLAlchemyChatStore
from llama_index.core.tools import BaseTool, FunctionTool, ToolOutput, adapt_to_async_tool
from massgen_hub.contract import Turn
from massgen_hub.kit import own_code
from pydantic import BaseModel
from workflows import Workflow
from workflows.runtime.verbose import VerboseDecorator

from .models import ModelTwins


class Twins:
    """The twins of one turn.

    A workflow's is a copy of it with twins of the models, agents, workflows and histories that it holds, alone or in
    lists and mappings. It prints nothing, and runs no code that the turn quotes. Histories are open until `aclose`.
    """

    def __init__(self, turn: Turn, models: ModelTwins) -> None:
        self._models, self._may_run = models, own_code(turn)
        self._made: dict[int, Any] = {}
        self._stores: list[SQLAlchemyChatStore] = []

    async def aclose(self) -> None:
        """Close the databases of histories."""
        for store in self._stores:
            if store._async_engine:
                await store._async_engine.dispose()

    def of(self, own: Any) -> Any:
        """The twin of a workflow or of what one may hold; what has none as it is."""
        if isinstance(own, LLM):
            return self._models.of(own)
        if isinstance(own, Workflow):
            return self._made.get(id(own)) or self._workflow(own)
        if isinstance(own, ChatMemoryBuffer) and isinstance(own.chat_store, SimpleChatStore):
            return own.model_copy(update={"chat_store": own.chat_store.model_copy(deep=True)})
        if isinstance(own, Memory) and _is_blank(own.sql_store):
            return self._made.get(id(own)) or self._memory(own)
        if type(own) is list:
            return [self.of(part) for part in own]
        if type(own) is dict:
            return {key: self.of(part) for key, part in own.items()}
        return own

    def _workflow(self, own: Workflow) -> Workflow:
        twin = self._made[id(own)] = copy(own)
        for name, part in parts_of(own).items():
            if (made := self.of(part)) is not part:
                vars(twin)[name] = made
        if isinstance(own._runtime, VerboseDecorator):
            twin._runtime = own._runtime._decorated
        if isinstance(twin, CodeActAgent):
            twin.tools = [self._guarded(tool) for tool in twin.tools or []]
        return twin

    def _memory(self, own: Memory) -> Memory:
        store = SQLAlchemyChatStore(own.sql_store.table_name)
        self._stores.append(store)
        blocks = [block.model_copy(update=self.of(dict(block))) for block in own.memory_blocks]
        twin = self._made[id(own)] = own.model_copy(update={"sql_store": store, "memory_blocks": blocks})
        return twin

    def _guarded(self, tool: BaseTool | Callable[..., Any]) -> BaseTool:
        assert isinstance(tool, BaseTool)
        if tool.metadata.name != EXECUTE_TOOL_NAME:
            return tool
        return FunctionTool.from_defaults(
            async_fn=_only(self._may_run, adapt_to_async_tool(tool).acall), name=EXECUTE_TOOL_NAME
        )


def _is_blank(store: object) -> bool:
    """Whether it is to be a database in memory that nobody has opened yet."""
    if not isinstance(store, SQLAlchemyChatStore):
        return False
    return store._async_engine is None and store._is_in_memory_uri(store.async_database_uri)


def parts_of(workflow: Workflow) -> dict[str, Any]:
    """What a workflow holds: what was set on it, and else what its class says, as in `llm = OpenAI(...)`."""
    parts: dict[str, Any] = {}
    if not isinstance(workflow, BaseModel):
        for kind in reversed([*takewhile(lambda kind: kind is not Workflow, type(workflow).__mro__)]):
            parts |= {name: part for name, part in vars(kind).items() if not name.startswith("__")}
    return parts | vars(workflow)


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
