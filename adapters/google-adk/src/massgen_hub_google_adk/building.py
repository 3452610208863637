"""Agents made from options, and the user's own."""

from __future__ import annotations

import logging
import os
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from typing import Any

from google.adk.agents import BaseAgent, LlmAgent
from google.adk.apps import App, ResumabilityConfig
from google.adk.tools import BaseTool, FunctionTool
from google.adk.tools.agent_tool import AgentTool
from google.adk.tools.base_toolset import BaseToolset
from google.adk.workflow import BaseNode
from google.genai import types
from massgen_hub.agents.chat import Chat
from massgen_hub.contract import Setup
from massgen_hub.kit import described, models_of, tool_named
from massgen_hub.servers import served

from .agent import HubAgent
from .members import toolsets, voter_of
from .model import HubsModel
from .options import GoogleAdkOptions
from .tools import ToolOfServer

logging.getLogger("google_adk").addHandler(logging.NullHandler())  # else its warnings go to stderr
os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")  # else `LiteLlm` of a user's fetches a list of prices


@asynccontextmanager
async def opened(options: GoogleAdkOptions, setup: Setup, existing: Any) -> AsyncIterator[HubAgent]:
    """The agent, with the connections of its model and its tools for as long as it is open."""
    if existing is None:
        models_of(setup)
    async with AsyncExitStack() as stack:
        model = HubsModel.over(await stack.enter_async_context(aclosing(Chat(setup.model)))) if setup.model else None
        if existing is None:
            existing = _built(options, await stack.enter_async_context(served(options.mcp_servers, setup.folder)))
        app = existing if isinstance(existing, App) else _app(existing)
        for toolset in toolsets(app.root_agent):
            stack.push_async_callback(toolset.close)
        yield HubAgent(app, voter_of(app.root_agent, options.voter), options, model)


def _app(root: BaseNode) -> App:
    """Resumable, or what follows a question in a `SequentialAgent` would be left out."""
    resumable = ResumabilityConfig.model_construct(is_resumable=True)  # else it prints that this is experimental
    return App(name="massgen_hub", root_agent=root, resumability_config=resumable)


def _built(options: GoogleAdkOptions, served_tools: Iterable[Any]) -> LlmAgent:
    servers = map(ToolOfServer, served_tools)
    return LlmAgent(
        name="assistant",
        instruction=lambda _context: options.system_message or "",  # as it is: ADK would fill in what is in braces
        tools=[*map(_tool, options.tools), *servers],
        generate_content_config=types.GenerateContentConfig(
            temperature=options.temperature, max_output_tokens=options.max_tokens
        ),
        on_tool_error_callback=_told,
    )


def _tool(name: str) -> Any:
    found = tool_named(name, "ADK", (BaseTool, BaseToolset, BaseNode), _function)
    return AgentTool(found) if isinstance(found, BaseAgent) else found


def _function(found: Any) -> FunctionTool:
    tool = FunctionTool(found)
    tool._get_declaration()
    return tool


def _told(*, tool: BaseTool, error: Exception, **_about: Any) -> dict[str, str] | None:
    """What a model is told of a tool that failed: in ADK the turn would fail with it. Where there is no such tool ADK
    tells it better."""
    return None if type(tool) is BaseTool else {"error": described(error)}
