"""`type: model`: the hub's native agent, an OpenAI-shaped chat with tools."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing, asynccontextmanager
from typing import TYPE_CHECKING, Any

from pydantic import Field

from ..contract import JSON, Activity, Adapter, Agent, Host, Reply, Setup, Traits, Turn
from ..errors import ConfigError, TurnError
from ..kit import decision_tools
from ..options import Options
from ..targets import resolve
from .functions import Function

if TYPE_CHECKING:
    from .chat import Chat, Completion


class ModelOptions(Options):
    """`tools` are functions as `module:function`; `max_steps` bounds the calls of the model in one turn."""

    system_message: str = ""
    temperature: float | None = Field(default=None, ge=0)
    max_tokens: int | None = Field(default=None, ge=1)
    tools: tuple[str, ...] = ()
    max_steps: int = Field(default=10, ge=1)


@asynccontextmanager
async def open_model(options: ModelOptions, setup: Setup) -> AsyncIterator[Agent]:
    """An agent that talks to its model directly."""
    from .chat import Chat  # httpx, which listing plugins does not need

    if setup.model is None:
        raise ConfigError(f"the agent `{setup.agent}` has no model", hint="add `model: provider/name` to it")
    functions = [Function(resolve(target)) for target in options.tools]
    async with aclosing(Chat(setup.model)) as chat:
        yield NativeAgent(options, chat, {function.name: function for function in functions})


class NativeAgent:
    """A chat that runs its tools until the model has said what it wants to say."""

    def __init__(self, options: ModelOptions, chat: Chat, functions: Mapping[str, Function]) -> None:
        self._options, self._chat, self._functions = options, chat, functions
        self._takes_tools = True
        sampling = {"temperature": options.temperature, "max_tokens": options.max_tokens}
        self._sampling = {name: value for name, value in sampling.items() if value is not None}

    async def __call__(self, turn: Turn, host: Host) -> Reply:
        """Answer the turn: an answer with the agent's tools at hand, a decision by a native tool call."""
        system = [{"role": "system", "content": self._options.system_message}] if self._options.system_message else []
        messages: list[dict[str, JSON]] = [*system, {"role": "user", "content": turn.prompt}]
        if turn.schema is None:
            return await self._answer(messages, host)
        return await self._decide(messages, turn.schema, host)

    async def _answer(self, messages: list[dict[str, JSON]], host: Host) -> Reply:
        declared = [function.declaration for function in self._functions.values()]
        offered = {"tools": declared} if declared else {}
        for step in range(self._options.max_steps):
            completion = await self._call(messages, host, step, **offered)
            if not completion.calls:
                return Reply(text=completion.text)
            messages.append(completion.message())
            messages += [await self._run(call, host) for call in completion.calls.values()]
        raise TurnError(f"no answer after {self._options.max_steps} steps", hint="raise `max_steps`")

    async def _decide(self, messages: list[dict[str, JSON]], schema: Mapping[str, JSON], host: Host) -> Reply:
        if not self._takes_tools:
            return Reply(text=(await self._call(messages, host, 0)).text)
        try:
            completion = await self._call(messages, host, 0, tools=decision_tools(schema), tool_choice="required")
        except TurnError as failure:
            if getattr(failure, "status_code", None) not in (400, 404, 422):
                raise
            self._takes_tools = False  # this server knows no tools: text from now on
            return Reply(text=(await self._call(messages, host, 0)).text)
        return Reply(text=completion.text, data=[_arguments(call) for call in completion.calls.values()] or None)

    async def _call(self, messages: list[dict[str, JSON]], host: Host, part: int, **options: JSON) -> Completion:
        completion = await self._chat.complete(messages, lambda text: host.say(text, part), **self._sampling, **options)
        host.spend(completion.usage)
        return completion

    async def _run(self, call: Mapping[str, str], host: Host) -> dict[str, JSON]:
        host.note(Activity(kind="call", name=call["name"], text=call["arguments"], id=call["id"]))
        function = self._functions.get(call["name"])
        result = await function.call(call["arguments"]) if function else f"error: there is no tool `{call['name']}`"
        host.note(Activity(kind="result", name=call["name"], text=result, id=call["id"]))
        return {"role": "tool", "tool_call_id": call["id"], "content": result}


def _arguments(call: Mapping[str, str]) -> Any:
    """The arguments of a call; those that are not JSON go on as text, for the hub to refuse with a reason."""
    try:
        return json.loads(call["arguments"])
    except ValueError:
        return {"arguments": call["arguments"]}


model = Adapter(
    name="model",
    summary="A model with tools behind any OpenAI-shaped address.",
    options=ModelOptions,
    open=open_model,
    traits=lambda options: Traits(streams=True, tools=bool(options.tools)),
)
