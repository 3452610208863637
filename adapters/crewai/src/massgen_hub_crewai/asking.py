"""Questions that agents, crews and flows of CrewAI put to a person."""

from __future__ import annotations

import asyncio
from contextvars import ContextVar
from typing import Any

from crewai.agents.parser import AgentFinish
from crewai.core.providers.human_input import SyncHumanInputProvider
from crewai.flow.async_feedback.providers import ConsoleProvider
from crewai.flow.flow_config import flow_config
from massgen_hub.contract import Question
from massgen_hub.errors import NotAvailable
from massgen_hub.kit import ThreadedHost, as_text

APPROVE = "approve"


class Desk:
    """The questions of one turn. `failure`: nobody answered one, which a flow would not notice."""

    def __init__(self, host: ThreadedHost) -> None:
        self._host = host
        self.failure: NotAvailable | None = None

    def ask(self, question: Question) -> str:
        """The answer. Blocks this thread; raises `NotAvailable` where nobody gives one."""
        try:
            return self._host.ask_and_wait(question)
        except NotAvailable as nobody:
            self.failure = nobody
            raise

    def feedback(self, text: str) -> str:
        """What is to be changed about an answer or an output; empty: nothing."""
        said = self.ask(Question(text=f"{text}\n\n`{APPROVE}` it, or say what is to be changed.", choices=(APPROVE,)))
        return "" if said.strip() == APPROVE else said.strip()

    def sit_down(self) -> None:
        """Questions of this context come here."""
        _desk.set(self)
        flow_config.input_provider = flow_config.input_provider or _OfFlows()
        flow_config.hitl_provider = flow_config.hitl_provider or _OfFlows()


_desk: ContextVar[Desk | None] = ContextVar("massgen_hub_crewai_desk", default=None)


class OfTasks(SyncHumanInputProvider):
    """For tasks with `human_input`: shows an answer until it is approved."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def handle_feedback(self, formatted_answer: AgentFinish, context: Any) -> AgentFinish:
        """Ask, and let the agent answer again, in a thread."""
        while said := self._desk.feedback(self._get_output_string(formatted_answer)):
            context.messages.append(context._format_feedback_message(said))
            formatted_answer = context._invoke_loop()
        return formatted_answer

    async def handle_feedback_async(self, formatted_answer: AgentFinish, context: Any) -> AgentFinish:
        """Ask, and let the agent answer again, in an event loop of CrewAI's."""
        while said := await asyncio.to_thread(self._desk.feedback, self._get_output_string(formatted_answer)):
            context.messages.append(context._format_feedback_message(said))
            formatted_answer = await context._ainvoke_loop()
        return formatted_answer


class _OfFlows(ConsoleProvider):
    """For `Flow.ask()` and `@human_feedback`; outside of the hub's turns it is what CrewAI uses by default."""

    def request_input(self, message: str, flow: Any, metadata: dict[str, Any] | None = None) -> str | None:
        """An answer to the flow's question."""
        desk = _desk.get()
        return super().request_input(message, flow, metadata) if desk is None else desk.ask(Question(text=message))

    def request_feedback(self, context: Any, flow: Any) -> str:
        """What a person says of a step's output."""
        desk = _desk.get()
        if desk is None:
            return super().request_feedback(context, flow)
        return desk.feedback(f"{context.message}\n\n{as_text(context.method_output)}")
