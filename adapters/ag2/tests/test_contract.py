"""The promises of the hub's contract, kept by both generations, described or existing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar

from massgen_hub.contract import Model, Setup
from massgen_hub.testing import AdapterContract, ModelServer
from massgen_hub_ag2 import ADAPTER

FRAMEWORKS = ("autogen", "ag2", "openai")


def classic_agent(model: Model) -> Any:
    from autogen import ConversableAgent, LLMConfig

    config = LLMConfig({"model": model.name, "api_key": model.key, "base_url": model.base_url})
    return ConversableAgent("mine", llm_config=config)


def modern_agent(model: Model) -> Any:
    from ag2 import Agent
    from ag2.config import OpenAIConfig

    return Agent("mine", config=OpenAIConfig(model=model.name, api_key=model.key, base_url=model.base_url))


class TestClassicAssistant(AdapterContract):
    adapter = ADAPTER
    framework_modules = FRAMEWORKS


class TestClassicConversable(AdapterContract):
    adapter = ADAPTER
    options: ClassVar = {"kind": "conversable", "system_message": "Be brief."}
    framework_modules = FRAMEWORKS


class TestClassicWithCode(AdapterContract):
    adapter = ADAPTER
    options: ClassVar = {"code_execution_config": {"executor": {"type": "LocalCommandLineCodeExecutor"}}}
    framework_modules = FRAMEWORKS


class TestClassicExisting(AdapterContract):
    adapter = ADAPTER
    framework_modules = FRAMEWORKS

    def setup(self, server: ModelServer, model: str, agent: str) -> Setup:
        return replace(super().setup(server, model, agent), target=classic_agent)


class TestModern(AdapterContract):
    adapter = ADAPTER
    options: ClassVar = {"kind": "agent", "system_message": "Be brief."}
    framework_modules = FRAMEWORKS


class TestModernExisting(AdapterContract):
    adapter = ADAPTER
    options: ClassVar = {"kind": "agent"}
    framework_modules = FRAMEWORKS

    def setup(self, server: ModelServer, model: str, agent: str) -> Setup:
        return replace(super().setup(server, model, agent), target=modern_agent)
