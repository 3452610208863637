"""Listens to a turn: to every call of a model, whichever participant made it, and to every tool."""

from __future__ import annotations

import copy
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Self

from agent_framework import (
    ChatContext,
    ChatMiddleware,
    ChatMiddlewareLayer,
    ChatResponse,
    Content,
    FunctionInvocationContext,
    FunctionInvocationLayer,
    FunctionMiddleware,
    Message,
    MiddlewareTermination,
    UserInputRequiredException,
)
from massgen_hub.contract import Host, Usage
from massgen_hub.kit import ToolCalls, Voices, as_json, as_text, asked_once

Next = Callable[[], Awaitable[None]]


class Tap:
    """What one turn tells the hub. A context manager: with its end, tools that have given no result have failed.

    `reasons`: why calls, by id, were rejected, which the framework has no place for.
    """

    def __init__(self, host: Host) -> None:
        self.voices, self.calls = Voices(host.say), ToolCalls(host)
        self.has_heard = False
        self.host = host
        self.reasons: dict[str, str] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _kind: object, failure: BaseException | None, _trace: object) -> None:
        self.calls.end(failure)

    def on(self, client: Any) -> Any:
        """A client like this one, which is listened to and does not try twice."""
        seen = copy.copy(client)
        for name, inner in vars(client).items():
            setattr(seen, name, asked_once(inner))
        if isinstance(client, ChatMiddlewareLayer):
            seen.chat_middleware = [*client.chat_middleware, _Models(self)]
        if isinstance(client, FunctionInvocationLayer):
            seen.function_middleware = [_Tools(self.calls), *client.function_middleware]
        return seen

    def spent(self, response: ChatResponse[Any]) -> None:
        """A model has answered."""
        self.has_heard = True
        counted = response.usage_details or {}
        self.host.spend(
            Usage(
                input=counted.get("input_token_count") or None,
                output=counted.get("output_token_count") or None,
                cached=counted.get("cache_read_input_token_count") or None,
                model=response.model or "",
            )
        )

    def explain(self, messages: Sequence[Message]) -> None:
        """Let a model know why its calls were rejected."""
        for contents in (message.contents for message in messages):
            for place, content in enumerate(contents):
                if content.type == "function_result" and (why := self.reasons.get(content.call_id or "")):
                    told = f"The call was rejected: {why}"
                    contents[place] = Content.from_function_result(str(content.call_id), id=content.id, result=told)


class _Models(ChatMiddleware):
    """Hears what models say. Those that are asked for no stream, as managers are, think to themselves."""

    def __init__(self, tap: Tap) -> None:
        self._tap = tap

    async def process(self, context: ChatContext, call_next: Next) -> None:
        message = object()
        self._tap.explain(context.messages)
        context.stream_transform_hooks.append(lambda update: self._tap.voices.add(message, update.text))
        context.stream_result_hooks.append(self._tap.spent)
        await call_next()
        if isinstance(context.result, ChatResponse):
            self._tap.spent(context.result)


class _Tools(FunctionMiddleware):
    """Hears what tools are called with and what they give."""

    def __init__(self, calls: ToolCalls) -> None:
        self._calls = calls

    async def process(self, context: FunctionInvocationContext, call_next: Next) -> None:
        about = context.metadata  # the id of a server may come twice where several participants work at once
        call = str(about.get("function_call_occurrence_id") or about.get("call_id", ""))
        self._calls.called(call, context.function.name, as_json(context.arguments))
        try:
            await call_next()
        except UserInputRequiredException:
            raise
        except MiddlewareTermination as ended:
            self._calls.gave(call, result_text(context.result if ended.result is None else ended.result))
            raise
        except BaseException as failure:
            self._calls.failed(call, failure)
            raise
        self._calls.gave(call, result_text(context.result))


def result_text(result: Any) -> str:
    """The result of a tool as text."""
    parts = result if isinstance(result, list) else [result]
    return "\n".join(map(_part_text, parts))


def _part_text(part: Any) -> str:
    if not isinstance(part, Content):
        return as_text(part)
    return part.text or "" if part.type == "text" else as_json(part.to_dict())
