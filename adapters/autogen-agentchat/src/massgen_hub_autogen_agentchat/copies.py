"""Copies of an agent or a team, one for each turn: turns do not mix, and the user's object stays as it is."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, TypeVar

from autogen_agentchat.agents import UserProxyAgent
from autogen_agentchat.agents._user_proxy_agent import cancellable_input
from autogen_agentchat.base import TerminationCondition
from autogen_agentchat.conditions import TextMentionTermination
from autogen_agentchat.messages import BaseAgentEvent, BaseChatMessage, StopMessage
from autogen_agentchat.teams import BaseGroupChat
from autogen_core import SingleThreadedAgentRuntime
from autogen_core.code_executor import CodeExecutor
from autogen_core.model_context import ChatCompletionContext
from autogen_core.models import ChatCompletionClient
from autogen_core.tools import BaseTool
from massgen_hub import kit
from massgen_hub.contract import Question
from opentelemetry.trace import NoOpTracerProvider

from .clients import Heard
from .course import Course
from .executing import OwnCode
from .parts import MADE_OF_PARTS, everything

T = TypeVar("T")

KEYBOARD = (cancellable_input, input)


async def fresh(original: T, course: Course) -> T:
    """A copy that has not begun to work yet."""
    copies = Copies(course)
    made: T = copies.of(original)
    for condition in copies.conditions:
        await condition.reset()
    return made


class Copies(kit.Copies):
    """Copies for one turn. Agents, teams, their contexts and conditions are copied, and the functions that name them or
    a client; all else is shared. AutoGen's own way, by components, loses functions, approvals and selectors.

    A team gets a runtime of its own, and a context what it was made with.
    """

    holders = (BaseTool,)

    def __init__(self, course: Course) -> None:
        super().__init__()
        self.conditions: list[TerminationCondition] = []
        self._course = course

    def is_part(self, value: Any) -> bool:
        """Whether it is copied wherever it stands. An executor that a function names is started by that function."""
        if isinstance(value, BaseTool):
            return any(isinstance(part, CodeExecutor) for part in everything(value))
        return isinstance(value, (*MADE_OF_PARTS, ChatCompletionClient))

    def made(self, value: Any) -> Any:
        """The copy of a value, or what listens in its place."""
        if isinstance(value, ChatCompletionClient):
            return self.use(value, Heard(value, self._course))
        if isinstance(value, CodeExecutor):
            return self.use(value, OwnCode(value, self._course))
        return super().made(value)

    def dress(self, original: Any, twin: Any) -> None:  # noqa: ARG002
        """Let it begin anew, and ask and hear through the hub."""
        if isinstance(twin, BaseGroupChat):
            self._start_anew(twin)
        elif isinstance(twin, ChatCompletionContext):
            twin._messages = list(twin._initial_messages or ())
        elif isinstance(twin, TerminationCondition):
            self.conditions.append(twin)
            if type(twin) is TextMentionTermination:
                _hear_what_is_said(twin, self._course)
        elif isinstance(twin, UserProxyAgent) and twin.input_func in KEYBOARD:
            _ask_the_hub(twin, self._course)

    def _start_anew(self, team: Any) -> None:
        runtime = SingleThreadedAgentRuntime(tracer_provider=NoOpTracerProvider(), ignore_unhandled_exceptions=False)
        self._course.runtimes.append(runtime)
        team._runtime, team._embedded_runtime = runtime, True
        team._output_message_queue = asyncio.Queue()
        team._initialized = team._is_running = False


class Said(TextMentionTermination):
    """Ends a conversation for a word that was said in it, not for one that the `prompt` quotes."""

    prompt = ""

    async def __call__(self, messages: Sequence[BaseAgentEvent | BaseChatMessage]) -> StopMessage | None:
        """Whether it ends."""
        return await super().__call__([message for message in messages if message.to_text() != self.prompt])


def _hear_what_is_said(condition: Any, course: Course) -> None:
    condition.__class__, condition.prompt = Said, course.prompt


def _ask_the_hub(proxy: Any, course: Course) -> None:
    """Put what the proxy hears last to a person, in place of the keyboard."""
    listen, heard = proxy.on_messages_stream, list[str]()

    def on_messages_stream(messages: Any, token: Any) -> Any:
        heard[:] = [message.to_model_text() for message in messages[-1:]]
        return listen(messages, token)

    async def answer(prompt: str, _token: Any = None) -> str:
        with course.noticing():
            return await kit.ask(course.host, Question(text="".join(heard) or prompt))

    proxy.on_messages_stream, proxy.input_func, proxy._is_async = on_messages_stream, answer, True
