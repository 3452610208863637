"""What an agent does in a turn, told to the hub: its models and its tools are heard, whoever calls them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

from agentscope.message import TextBlock, ToolUseBlock
from agentscope.tool import ToolResponse
from massgen_hub.contract import Activity, Host, Usage
from massgen_hub.errors import NotAvailable
from massgen_hub.kit import Voices, approval, as_json

POLICIES = "set `permissions: allow` or `permissions: deny`"


class Hearing:
    """Hears one turn. `calls_tools`: whether the last reply of a model was to call tools."""

    def __init__(self, host: Host, policy: str) -> None:
        self.voices, self.calls_tools = Voices(host.say), False
        self._host, self._policy = host, policy

    def end(self, model: str, blocks: Sequence[Any], usage: Any) -> None:
        """A reply of a model is complete."""
        self.calls_tools = any(block["type"] == "tool_use" for block in blocks)
        self._host.spend(_usage(usage, model) if usage else Usage(model=model))

    async def around_tools(self, given: dict[str, Any], tool: Callable[..., Any]) -> AsyncIterator[ToolResponse]:
        """A middleware of a toolkit: the call and its result are noted, and permitted where that is asked for."""
        call: ToolUseBlock = given["tool_call"]
        self._note("call", call, call.get("raw_input") or as_json(call["input"]))
        said = ""
        if not await self._permits(call):
            said = "Permission denied."
            yield ToolResponse([TextBlock(type="text", text=said)])
        else:
            async for response in await tool(**given):
                said = "".join(block.get("text", f"[{block['type']}]") for block in response.content)
                yield response
        self._note("result", call, said)

    async def _permits(self, call: ToolUseBlock) -> bool:
        if self._policy != "ask":
            return self._policy == "allow"
        try:
            return (await approval(self._host, call["name"], call["input"])).given
        except NotAvailable as nobody:
            raise NotAvailable(nobody.message, hint=POLICIES) from nobody

    def _note(self, kind: Any, call: ToolUseBlock, text: str) -> None:
        self._host.note(Activity(kind=kind, name=call["name"], text=text, id=call["id"]))


def _usage(usage: Any, model: str) -> Usage:
    details = getattr(usage.metadata, "prompt_tokens_details", None)
    return Usage(
        input=usage.input_tokens or None,
        output=usage.output_tokens or None,
        cached=getattr(details, "cached_tokens", None) or None,
        model=model,
    )
