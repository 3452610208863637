"""The clients of models during a turn: silent retries off, usage reported, and cancelled with the turn."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from inspect import signature
from typing import Any, TypeVar

from autogen_core.models import ChatCompletionClient, CreateResult, LLMMessage, ModelInfo, RequestUsage
from massgen_hub.contract import Usage
from massgen_hub.kit import asked_once

from .course import Course

T = TypeVar("T")

LOOKUPS = 2
"""Replies in which a model may call other tools before it must decide."""


def shallow(original: T) -> T:
    """Another object with the same attributes; nothing of its class is run."""
    twin = object.__new__(type(original))
    vars(twin).update(vars(original))
    return twin


def quiet(client: ChatCompletionClient, streams: list[Any]) -> ChatCompletionClient:
    """The client for one turn, without tries of its own: the hub tries again. Its `streams` are kept, to be closed.

    It shares the connections of the user's, whose counts and settings stay as they are.
    """
    twin = shallow(client)
    for name, held in vars(client).items():
        if isinstance(held, ChatCompletionClient):
            setattr(twin, name, quiet(held, streams))
        elif hasattr(held, "with_options"):  # the SDKs of OpenAI and Anthropic
            setattr(twin, name, _watched(asked_once(held), streams))
    return twin


def _watched(sdk: Any, streams: list[Any]) -> Any:
    """The SDK with an eye on its streams: AutoGen leaves one open when it is cancelled between two pieces."""
    if not hasattr(sdk, "chat"):
        return sdk
    completions = sdk.chat.completions
    create = completions.create

    async def watched(*given: Any, **named: Any) -> Any:
        made = await create(*given, **named)
        if named.get("stream"):
            streams.append(made)
        return made

    completions.create = watched
    return sdk


class Heard(ChatCompletionClient):
    """A client of one turn. Each call's own usage is reported, as `total_usage` mixes what is asked at once.

    `users` is the client behind it.
    """

    def __init__(self, client: ChatCompletionClient, course: Course) -> None:
        self.users, self._course = client, course
        self._client = quiet(client, course.streams)

    async def create(self, messages: Sequence[LLMMessage], **named: Any) -> CreateResult:
        """One reply."""
        with self._course.noticing():
            result = await self._client.create(messages, **self._ready(named))
        self._count(result)
        return result

    async def create_stream(
        self, messages: Sequence[LLMMessage], **named: Any
    ) -> AsyncGenerator[str | CreateResult, None]:
        """One reply, piece by piece."""
        stream = self._client.create_stream(messages, **self._counting(), **self._ready(named))
        with self._course.noticing():
            async with aclosing(stream) as pieces:
                async for piece in pieces:
                    if isinstance(piece, CreateResult):
                        self._count(piece)
                    yield piece

    def _ready(self, named: Mapping[str, Any]) -> dict[str, Any]:
        """AutoGen itself leaves the token out where it asks for a plan, a speaker or a reflection."""
        return {**named, "cancellation_token": named.get("cancellation_token") or self._course.token}

    def _counting(self) -> dict[str, Any]:
        """OpenAI's servers tell no usage of a stream unless they are asked for it."""
        takes = "include_usage" in signature(self._client.create_stream).parameters
        decided = "stream_options" in getattr(self._client, "_create_args", {})
        return {"include_usage": True} if takes and not decided else {}

    def _count(self, result: CreateResult) -> None:
        self._course.answered += 1
        if result.cached:
            return
        model = getattr(self._client, "_create_args", {}).get("model", "")
        told = result.usage
        self._course.host.spend(
            Usage(input=told.prompt_tokens or None, output=told.completion_tokens or None, model=model)
        )

    async def close(self) -> None:
        """The user's client stays open."""

    def actual_usage(self) -> RequestUsage:
        """What the client counts."""
        return self._client.actual_usage()

    def total_usage(self) -> RequestUsage:
        """What the client counts."""
        return self._client.total_usage()

    def count_tokens(self, messages: Sequence[LLMMessage], **named: Any) -> int:
        """What the client counts."""
        return self._client.count_tokens(messages, **named)

    def remaining_tokens(self, messages: Sequence[LLMMessage], **named: Any) -> int:
        """What the client counts."""
        return self._client.remaining_tokens(messages, **named)

    @property
    def capabilities(self) -> Any:
        """What the model can do, in AutoGen's older words."""
        return self._client.capabilities

    @property
    def model_info(self) -> ModelInfo:
        """What the model can do."""
        return self._client.model_info


class Demanding(Heard):
    """Demands a call of a tool, in the end one of those to decide with, which hide others of the same name."""

    _asked = 0

    def _ready(self, named: Mapping[str, Any]) -> dict[str, Any]:
        offered = {tool["name"]: tool for tool in reversed(named.get("tools", ()))}
        self._asked += 1
        if self._asked > LOOKUPS:
            offered = {name: tool for name, tool in offered.items() if name in self._course.decisions}
        return {**super()._ready(named), "tools": [*reversed(offered.values())], "tool_choice": "required"}
