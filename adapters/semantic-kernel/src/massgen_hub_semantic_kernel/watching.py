"""What the model of an agent is asked in one turn, and what it says, over a twin of the agent's own service."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from functools import cache, reduce
from operator import add
from typing import Any

from massgen_hub.contract import JSON, Host
from massgen_hub.kit import Speech, asked_once, usage_of
from pydantic import PrivateAttr
from semantic_kernel.connectors.ai.chat_completion_client_base import ChatCompletionClientBase
from semantic_kernel.connectors.ai.open_ai import OpenAIChatPromptExecutionSettings
from semantic_kernel.contents import FunctionCallContent, StreamingChatMessageContent
from semantic_kernel.kernel_pydantic import KernelBaseModel


class Watch:
    """One turn: `tools` are those that it may be decided with, None where nothing is to be decided, and `decisions`
    the arguments of their calls.

    `replies` counts the model's, `text` is that of the last, which may want `functions` to be called.
    """

    def __init__(self, host: Host, tools: Sequence[JSON] | None = None) -> None:
        self.speech = Speech(host.say)
        self.decisions: list[JSON] = []
        self.replies, self.text, self.functions = 0, "", False
        self._host, self._tools = host, tools
        self._names = {tool["function"]["name"] for tool in tools or ()}

    def say(self, piece: str) -> None:
        """The agent says a piece of text."""
        self.text += piece
        self.speech.add(piece)

    def hear(self, piece: str) -> None:
        """The model of the agent says a piece of text, which the agent is going to say."""

    def asked(self, settings: Any) -> Any:
        """The settings of a request; for a decision without a form of their own, and with the tools to decide with,
        where they are of OpenAI's kind."""
        self.text = ""
        if self._tools is None or not isinstance(settings, OpenAIChatPromptExecutionSettings):
            return settings
        changes: dict[str, Any] = {"response_format": None}
        if self._tools:
            changes |= {"tools": [*self._tools, *(settings.tools or [])], "tool_choice": "required"}
        return settings.model_copy(update=changes)

    def spent(self, usage: Any, model: str) -> None:
        """What a reply has cost."""
        self._host.spend(usage_of(usage, model))

    def answered(self, calls: Sequence[FunctionCallContent], usage: Any, model: str) -> None:
        """The model has said all."""
        self.speech.end()
        self.replies += 1
        self.functions = bool(calls)
        self.decisions = [call.arguments for call in calls if call.name in self._names]
        self.spent(usage, model)


class Watched(KernelBaseModel):
    """Goes before the class of a service. Calls of functions are held back until the model has said all: a decision
    ends the agent's loop, so that nothing is called beside it."""

    _watch: Watch = PrivateAttr()

    async def _inner_get_chat_message_contents(self, chat_history: Any, settings: Any) -> Any:
        """Managers and strategies of groups think without streaming."""
        messages = await super()._inner_get_chat_message_contents(chat_history, settings)  # type: ignore[misc]
        self._watch.spent(messages[0].metadata.get("usage") if messages else None, getattr(self, "ai_model_id", ""))
        return messages

    async def _inner_get_streaming_chat_message_contents(
        self, chat_history: Any, settings: Any, function_invoke_attempt: int = 0
    ) -> AsyncIterator[list[StreamingChatMessageContent]]:
        usage, held = None, []
        asked = self._watch.asked(settings)
        messages = super()._inner_get_streaming_chat_message_contents(chat_history, asked, function_invoke_attempt)  # type: ignore[misc]
        async for message in _each(messages):
            usage = message.metadata.get("usage") or usage
            self._watch.hear(message.content or "")
            if _calls(message):
                held.append(message)
            else:
                yield [message]
        self._watch.answered(_calls(reduce(add, held)) if held else [], usage, getattr(self, "ai_model_id", ""))
        if not self._watch.decisions:
            for message in held:
                yield [message]


async def _each(messages: Any) -> AsyncIterator[StreamingChatMessageContent]:
    async for several in messages:
        for message in several:
            yield message


def _calls(message: StreamingChatMessageContent) -> list[FunctionCallContent]:
    return [item for item in message.items if isinstance(item, FunctionCallContent)]


def watched(service: ChatCompletionClientBase, watch: Watch) -> ChatCompletionClientBase:
    """A twin of the service for one turn, over the same connections. The hub tries again, not its client."""
    made = _kind(type(service)).model_construct(**{name: asked_once(value) for name, value in vars(service).items()})
    made.__pydantic_private__ = {**(service.__pydantic_private__ or {}), "_watch": watch}
    return made


@cache
def _kind(of: type[ChatCompletionClientBase]) -> type[ChatCompletionClientBase]:
    return type(f"Watched{of.__name__}", (Watched, of), {"__module__": __name__})
