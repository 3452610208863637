"""The hub's model, as ADK asks for models."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import Any, Self
from uuid import uuid4

from google.adk.models import BaseLlm, LlmCapabilities, LlmRequest, LlmResponse
from google.genai import types
from massgen_hub.agents.chat import Chat, Completion
from massgen_hub.contract import JSON, Usage
from pydantic import PrivateAttr

from .wire import messages, settings

UNREADABLE = "unreadable_arguments"
"""Under this name go the arguments of a call that are no JSON object, as the model wrote them."""


class HubsModel(BaseLlm):
    """A model behind Chat Completions.

    ADK's `LiteLlm` would do the same with 3 s more of CPU, 140 MB more of memory and an old `openai`.
    """

    _chat: Chat = PrivateAttr()

    @classmethod
    def over(cls, chat: Chat) -> Self:
        """The model that a client speaks to."""
        made = cls(model=chat.name)
        made._chat = chat
        return made

    @property
    def capabilities(self) -> LlmCapabilities:
        """A form of output and tools together are more than every server knows."""
        return LlmCapabilities(output_schema_and_tools=False)

    async def generate_content_async(
        self, llm_request: LlmRequest, stream: bool = False
    ) -> AsyncGenerator[LlmResponse, None]:
        """One call of the model: the pieces of its text where they are wanted, then the whole reply."""
        self._maybe_append_user_content(llm_request)
        reply = Completion()
        async with aclosing(self._chat.stream(messages(llm_request), reply, **settings(llm_request))) as pieces:
            async for text in pieces:
                if stream:
                    yield LlmResponse(content=_content([types.Part(text=text)]), partial=True)
        yield LlmResponse(
            content=_content([*_text(reply), *map(_call, reply.calls.values())]),
            partial=False,
            model_version=reply.usage.model or None,
            usage_metadata=_counted(reply.usage),
        )


def _content(parts: list[types.Part]) -> types.Content:
    return types.Content(role="model", parts=parts)


def _text(reply: Completion) -> list[types.Part]:
    return [types.Part(text=reply.text)] if reply.text else []


def _call(made: Mapping[str, str]) -> types.Part:
    """A call with an id in any case: those that ADK makes up do not come back."""
    name, arguments = made["id"] or f"call_{uuid4().hex}", _parsed(made["arguments"])
    return types.Part(function_call=types.FunctionCall(id=name, name=made["name"], args=arguments))


def _parsed(arguments: str) -> dict[str, JSON]:
    try:
        value = json.loads(arguments or "{}")
    except ValueError:
        value = arguments
    return value if isinstance(value, dict) else {UNREADABLE: arguments}


def _counted(usage: Usage) -> Any:
    if usage.input is None or usage.output is None:
        return None
    return types.GenerateContentResponseUsageMetadata(
        prompt_token_count=usage.input,
        candidates_token_count=usage.output,
        cached_content_token_count=usage.cached,
        total_token_count=usage.input + usage.output,
    )
