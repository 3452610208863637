"""The promises of every adapter, with real LangGraph."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from langchain.agents import create_agent
from langchain_openai import ChatOpenAI
from massgen_hub.testing import AdapterContract
from massgen_hub_langgraph import ADAPTER

FRAMEWORK = ("langgraph", "langchain", "langchain_core", "langchain_openai", "langsmith", "openai")


class TestAnAgentMadeFromOptions(AdapterContract):
    adapter = ADAPTER
    options: ClassVar = {"system_message": "Be brief."}
    framework_modules = FRAMEWORK


class TestAGraphOfTheUser(AdapterContract):
    adapter = ADAPTER
    framework_modules = FRAMEWORK

    def setup(self, server, model, agent):
        return replace(super().setup(server, model, agent), target=assistant)


def assistant(model):
    """A factory, as users write them."""
    chat = ChatOpenAI(model=model.name, base_url=model.base_url, api_key=model.key, max_retries=0)
    return create_agent(chat, tools=[])
