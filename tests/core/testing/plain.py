"""An adapter for no framework at all: the smallest honest agent, with tools and code. Mutants are made of it."""

from __future__ import annotations

import io
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, redirect_stdout
from dataclasses import replace
from typing import Any

import httpx
from massgen_hub.contract import Activity, Adapter, Host, Reply, Setup, Traits, Turn, Usage
from massgen_hub.kit import Speech, decided, decision_tools, own_code, users_agent
from massgen_hub.options import Options
from massgen_hub.testing.desk import add, fail

TOOLS = {"add": add, "fail": fail}
CODE = re.compile(r"```python\n(.*?)```", re.DOTALL)


class PlainOptions(Options):
    """What an entry may say."""

    system_message: str = ""
    tools: bool = False
    code: bool = False


class PlainAgent:
    """One streamed request after the other, until the model calls no tool and writes no code."""

    def __init__(self, client: httpx.AsyncClient, model: str, options: PlainOptions, target: Any) -> None:
        self.client, self.model, self.options, self.target = client, model, options, target

    async def __call__(self, turn: Turn, host: Host) -> Reply:
        speech, messages = Speech(host.say), self.messages(turn)
        while True:
            text, calls = await self.completion(turn, messages, host, speech)
            speech.end()
            own = self.own_calls(turn, calls)
            code = self.code_in(turn, text)
            if own:
                messages += self.results(own, host)
            elif code:
                messages += [{"role": "assistant", "content": text}, self.output(code, host)]
            else:
                return self.reply(text, calls)

    def messages(self, turn: Turn) -> list[dict[str, Any]]:
        told = self.options.system_message
        return [*([{"role": "system", "content": told}] if told else []), {"role": "user", "content": turn.prompt}]

    def reply(self, text: str, calls: list[dict[str, Any]]) -> Reply:
        return decided(text, [call["function"]["arguments"] for call in calls])

    def own_calls(self, turn: Turn, calls: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [] if turn.schema else [call for call in calls if call["function"]["name"] in TOOLS]

    def code_in(self, turn: Turn, text: str) -> str:
        found = CODE.search(text) if self.options.code and not turn.schema else None
        return found[1] if found and self.allowed(turn, found[1]) else ""

    def allowed(self, turn: Turn, code: str) -> bool:
        return own_code(turn)(code)

    def results(self, calls: list[dict[str, Any]], host: Host) -> list[dict[str, Any]]:
        made: list[dict[str, Any]] = [{"role": "assistant", "content": None, "tool_calls": calls}]
        for call in calls:
            name, arguments = call["function"]["name"], call["function"]["arguments"]
            host.note(Activity(kind="call", name=name, text=arguments, id=call["id"]))
            try:
                result = str(TOOLS[name](**json.loads(arguments)))
            except RuntimeError as failure:
                result = str(failure)
            host.note(Activity(kind="result", name=name, text=result, id=call["id"]))
            made.append({"role": "tool", "tool_call_id": call["id"], "content": result})
        return made

    def output(self, code: str, host: Host) -> dict[str, Any]:
        host.note(Activity(kind="code", name="python", text=code, id="1"))
        with redirect_stdout(io.StringIO()) as printed:
            exec(code, {})
        host.note(Activity(kind="output", text=printed.getvalue(), id="1"))
        return {"role": "user", "content": f"It printed: {printed.getvalue()}"}

    async def completion(
        self, turn: Turn, messages: list[dict[str, Any]], host: Host, speech: Speech
    ) -> tuple[str, list[dict[str, Any]]]:
        text, calls = "", []
        async for chunk in self.chunks(self.request(turn, messages)):
            for choice in chunk["choices"]:
                piece = choice["delta"].get("content") or ""
                text += piece
                self.say(piece, speech)
                for call in choice["delta"].get("tool_calls", ()):
                    if "id" in call:
                        calls.append({key: call[key] for key in ("id", "type", "function")})
                    else:
                        calls[call["index"]]["function"]["arguments"] += call["function"]["arguments"]
            if usage := chunk.get("usage"):
                self.spend(host, Usage(input=usage["prompt_tokens"], output=usage["completion_tokens"]))
        return text, calls

    def say(self, piece: str, speech: Speech) -> None:
        speech.add(piece)

    def spend(self, host: Host, usage: Usage) -> None:
        host.spend(usage)

    def request(self, turn: Turn, messages: list[dict[str, Any]]) -> dict[str, Any]:
        offered = decision_tools(turn.schema) if turn.schema else [_described(name) for name in TOOLS]
        tools = {"tools": offered} if turn.schema or self.options.tools else {}
        options = {"stream": True, "stream_options": {"include_usage": True}}
        return {"model": self.model, "messages": messages, **options, **tools}

    async def chunks(self, request: dict[str, Any]) -> AsyncIterator[dict[str, Any]]:
        async with self.client.stream("POST", "/chat/completions", json=request) as response:
            if response.is_error:
                said = (await response.aread()).decode()
                raise httpx.HTTPStatusError(said, request=response.request, response=response)
            async for line in response.aiter_lines():
                if line.startswith("data: {"):
                    yield json.loads(line.removeprefix("data: "))


def _described(name: str) -> dict[str, Any]:
    parameters = {"type": "object", "properties": {"x": {}, "y": {}} if name == "add" else {"why": {}}}
    return {"type": "function", "function": {"name": name, "description": name, "parameters": parameters}}


def adapter(agent: type[PlainAgent] = PlainAgent, **changes: Any) -> Adapter:
    """The plain adapter, opening agents of a class; `changes` are fields of the `Adapter`."""

    @asynccontextmanager
    async def opened(options: PlainOptions, setup: Setup) -> AsyncIterator[PlainAgent]:
        assert setup.model is not None
        target = setup.target and users_agent(setup.target, plain.accepts, setup.model)
        headers = {"authorization": f"Bearer {setup.model.key}"}
        async with httpx.AsyncClient(base_url=setup.model.base_url, headers=headers, timeout=30) as client:
            yield agent(client, setup.model.name, options, target)

    plain = Adapter(
        name="plain",
        summary="A request to a model.",
        options=PlainOptions,
        open=opened,
        traits=lambda options: Traits(streams=True, tools=options.tools, code=options.code),
        accepts=("plain_users.Bot",),
    )
    return replace(plain, **changes)
