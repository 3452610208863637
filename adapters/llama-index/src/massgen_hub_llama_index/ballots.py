"""Decisions: who casts them, by which tools, and what the model gave."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from llama_index.core.agent.react import ReActOutputParser
from llama_index.core.agent.react.types import BaseReasoningStep, ResponseReasoningStep
from llama_index.core.agent.workflow import AgentOutput, AgentWorkflow, FunctionAgent, ReActAgent
from llama_index.core.agent.workflow.base_agent import BaseWorkflowAgent
from llama_index.core.base.llms.types import ToolCallBlock
from llama_index.core.llms import LLM
from llama_index.llms.openai import OpenAI
from massgen_hub.contract import JSON, Reply
from massgen_hub.kit import decided, decision_tools, voter_named
from workflows import Workflow

from .tools import described
from .twins import parts_of


def voter_of(own: Workflow, name: str | None) -> Workflow:
    """Who decides in the place of a workflow.

    Of an `AgentWorkflow` it is a member, its root where none is named; of any other workflow the agent or the model
    that it has under that name, else itself. Raises `ConfigError` for an unknown name.
    """
    if isinstance(own, AgentWorkflow):
        found: Any = voter_named(name or own.root_agent, own.agents)
    elif name is None:
        found = own
    else:
        able = {key: part for key, part in parts_of(own).items() if isinstance(part, (BaseWorkflowAgent, LLM))}
        found = voter_named(name, able)
    if isinstance(found, LLM):
        return (FunctionAgent if found.metadata.is_function_calling_model else ReActAgent)(llm=found)
    return found  # type: ignore[no-any-return]


class Ballotbox:
    """The tools of one decision. Each is a `FunctionAgent`'s last call; `reply` is what was put in first."""

    def __init__(self, schema: Mapping[str, JSON]) -> None:
        functions = [tool["function"] for tool in decision_tools(schema)]
        self._tools = [described(**function, call=_recorded, last=True) for function in functions]
        self.names = frozenset(function["name"] for function in functions)
        self.reply: Reply | None = None

    def offer_to(self, voter: FunctionAgent) -> None:
        """Give it the tools beside its own, and demand a call of one where its model knows how to."""
        others = [tool for tool in voter.tools or [] if tool.metadata.name not in self.names]  # type: ignore[union-attr]
        voter.tools = [*self._tools, *others]
        if isinstance(voter.llm, OpenAI):
            voter.initial_tool_choice = "required"

    def take(self, output: AgentOutput) -> None:
        """What a model said may hold decisions: arguments as it sent them, in its order."""
        calls = [block for block in output.response.blocks if isinstance(block, ToolCallBlock)]
        given: list[Any] = [call.tool_kwargs for call in calls if call.tool_name in self.names]
        if not calls:  # of a model that tells of calls in another way
            given = [call.tool_kwargs for call in output.tool_calls if call.tool_name in self.names]
        if given and self.reply is None:
            self.reply = decided(output.response.content or "", given)


async def _recorded(**_arguments: Any) -> str:
    return "recorded"


def plainly(voter: BaseWorkflowAgent) -> None:
    """Make a twin say its decision once and in no form but the hub's."""
    voter.output_cls = voter.structured_output_fn = None
    if isinstance(voter, ReActAgent):
        voter.output_parser = _Patient()


class _Patient(ReActOutputParser):
    """Takes words that are not ReAct's for the answer, where LlamaIndex would ask for them again and again."""

    def parse(self, output: str, is_streaming: bool = False) -> BaseReasoningStep:
        try:
            return super().parse(output, is_streaming)
        except ValueError:
            return ResponseReasoningStep(thought="", response=output, is_streaming=is_streaming)
