"""Agents made from options, on an OpenAI-shaped model."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from agentscope.agent import Agent, InjectionConfig, ReActConfig
from agentscope.credential import OpenAICredential
from agentscope.mcp import HttpMCPConfig, MCPClient, StdioMCPConfig
from agentscope.model import OpenAIChatModel
from agentscope.tool import FunctionTool, ToolBase, Toolkit
from massgen_hub.contract import Model, Setup
from massgen_hub.errors import ConfigError
from massgen_hub.kit import models_of
from massgen_hub.targets import resolve

from .limits import MAX_ITERS
from .options import AgentScopeOptions, ToolServer


@asynccontextmanager
async def built(options: AgentScopeOptions, setup: Setup, own: Agent | None) -> AsyncIterator[Agent]:
    """The user's own agent, or the one that the options describe, whose connections to the model end with it."""
    if own is not None:
        yield own
        return
    model = _model(options, models_of(setup))
    try:
        yield Agent(
            setup.agent,
            options.system_message,
            model,
            toolkit=_toolkit(options),
            react_config=ReActConfig(max_iters=MAX_ITERS, structured_output_grace_iters=1),
            injection_config=InjectionConfig(inject_runtime_state=False),
        )
    finally:
        await model.client.close()


def _model(options: AgentScopeOptions, model: Model) -> OpenAIChatModel:
    return OpenAIChatModel(
        OpenAICredential(api_key=model.key or "none", base_url=model.base_url or None),
        model.name,
        OpenAIChatModel.Parameters(temperature=options.temperature, max_tokens=options.max_tokens),
    )


def _toolkit(options: AgentScopeOptions) -> Toolkit:
    """A toolkit whose MCP clients are not connected yet, which its constructor would refuse."""
    named = {name: resolve(name) for name in options.tools}
    kits = [thing for thing in named.values() if isinstance(thing, Toolkit)]
    tools = [_tool(name, thing) for name, thing in named.items() if not isinstance(thing, Toolkit)]
    made = Toolkit(tools)
    basic = made.tool_groups[0]
    for theirs, *groups in (kit.tool_groups for kit in kits):
        basic.tools += theirs.tools
        basic.mcps += theirs.mcps
        basic.skills_or_loaders += theirs.skills_or_loaders
        made.tool_groups += groups
    basic.mcps += [_client(server) for server in options.mcp_servers]
    return made


def _tool(name: str, thing: Any) -> ToolBase:
    """Raises `ConfigError` where the name stands for nothing that can be called."""
    if isinstance(thing, type) and issubclass(thing, ToolBase):
        return thing()
    if isinstance(thing, ToolBase):
        return thing
    if not callable(thing):
        hint = "a tool is a function, a tool of AgentScope or its class, or a `Toolkit`"
        raise ConfigError(f"the tool `{name}` is a `{type(thing).__name__}`, which cannot be called", hint=hint)
    return FunctionTool(thing)


def _client(server: ToolServer) -> MCPClient:
    starts = {"command", "args", "env", "cwd"}
    if server.command:
        config: StdioMCPConfig | HttpMCPConfig = StdioMCPConfig(**server.model_dump(mode="json", include=starts))
    else:
        config = HttpMCPConfig(url=server.url, headers=server.headers, timeout=server.timeout)
    chosen = server.model_dump(mode="json", include={"name", "enable_tools", "disable_tools"})
    return MCPClient(is_stateful=True, mcp_config=config, execution_timeout=server.timeout, **chosen)
