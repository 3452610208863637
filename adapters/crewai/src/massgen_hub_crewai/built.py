"""Agents made from options."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from crewai import Agent
from massgen_hub.contract import Setup
from massgen_hub.servers import served

from .agent import HubAgent
from .kinds import Single
from .models import Models
from .options import CrewAIOptions
from .quiet import print_nothing
from .tools import tool_of, tool_served


@asynccontextmanager
async def opened(options: CrewAIOptions, setup: Setup) -> AsyncIterator[HubAgent]:
    """The agent, with the connections of its MCP servers for as long as it is open."""
    print_nothing()
    models = Models(setup, temperature=options.temperature, max_tokens=options.max_tokens)
    async with served(options.mcp_servers, setup.folder) as theirs:
        agent = Agent(
            role=options.role,
            goal=options.goal,
            backstory="\n\n".join(filter(None, (options.backstory, options.system_message))),
            llm=models.client(),
            tools=[*map(tool_of, options.tools), *map(tool_served, theirs)],
            max_iter=options.max_iter,
            respect_context_window=False,  # else it sums up what was said where it does not know the model
            use_better_compaction=False,
        )
        yield HubAgent(setup.agent, Single(agent, models), models)
