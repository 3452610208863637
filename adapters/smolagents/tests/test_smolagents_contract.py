"""The promises of every adapter, kept by both kinds of agent."""

from collections.abc import Mapping
from typing import ClassVar

from massgen_hub.contract import JSON
from massgen_hub.testing import AdapterContract, Script, call, say
from massgen_hub_smolagents import adapter as smolagents_adapter


class TestToolCallingAgent(AdapterContract):
    adapter = smolagents_adapter
    framework_modules = ("smolagents", "openai", "rich.live")

    def decides(self, decision: Mapping[str, JSON]) -> Script:
        return lambda _body: call("final_answer", decision)


class TestToolCallingAgentWithShortPrompts(TestToolCallingAgent):
    options: ClassVar[Mapping[str, JSON]] = {"prompts": "short", "system_message": "Be brief."}


class TestCodeAgent(AdapterContract):
    adapter = smolagents_adapter
    options: ClassVar[Mapping[str, JSON]] = {"kind": "code", "prompts": "short"}
    framework_modules = ("smolagents", "openai", "rich.live")

    def says(self, text: str) -> Script:
        return lambda _body: say(f"Thought: easy.\n<code>\nfinal_answer({text!r})\n</code>")

    def decides(self, decision: Mapping[str, JSON]) -> Script:
        return lambda _body: say(f"Thought: clear.\n<code>\nfinal_answer(**{decision!r})\n</code>")
