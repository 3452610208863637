"""Agents made from options: `create_agent` of LangChain on an OpenAI-shaped model."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from langchain.agents import create_agent
from langchain.agents.middleware import AgentMiddleware, ModelRequest, ModelResponse
from langchain_core.messages import AIMessage
from langchain_core.tools import BaseTool, StructuredTool, tool
from langchain_openai import ChatOpenAI
from massgen_hub.contract import JSON, Model, Setup
from massgen_hub.kit import models_of, refuses_tools, shared_tls, tool_named
from massgen_hub.servers import ServedTool, served
from openai import DefaultAsyncHttpxClient, DefaultHttpxClient
from pydantic import SecretStr

from .agent import Graph, GraphAgent
from .offers import DECISIONS, as_tools
from .options import LangGraphOptions

LOOKUPS = 2
"""Replies in which a model may call other tools before it must decide."""


@asynccontextmanager
async def opened(options: LangGraphOptions, setup: Setup) -> AsyncIterator[GraphAgent]:
    """The agent, with connections of its own that end with it.

    LangChain would share its clients with the whole process: they break in a second event loop, are never closed,
    and cost 50 ms for each new address, nearly all of it for TLS.
    """
    place, demand = models_of(setup), Demand()
    async with AsyncExitStack() as stack:
        theirs = await stack.enter_async_context(served(options.mcp_servers, setup.folder))
        tools = [*map(_tool, options.tools), *map(_served, theirs)]
        blocking = stack.enter_context(DefaultHttpxClient(verify=shared_tls()))
        client = await stack.enter_async_context(DefaultAsyncHttpxClient(verify=shared_tls()))
        model = _model(options, place, http_client=blocking, http_async_client=client)

        def make(decisions: Sequence[BaseTool] = ()) -> Graph:
            offered = {each.name: each for each in (*tools, *decisions)}
            middleware = [demand] if decisions else []
            return create_agent(model, [*offered.values()], system_prompt=options.system_message, middleware=middleware)

        async def native(schema: Mapping[str, JSON]) -> Graph:
            return make(as_tools(schema) if demand.accepted else ())

        yield GraphAgent(make(), options, native)


def _model(options: LangGraphOptions, model: Model, **clients: Any) -> ChatOpenAI:
    return ChatOpenAI(
        model=model.name,
        base_url=model.base_url or None,
        api_key=SecretStr(model.key or "none"),  # without one it looks for a key of its own
        temperature=options.temperature,
        max_completion_tokens=options.max_tokens,
        max_retries=0,
        stream_usage=True,
        use_responses_api=False,
        **clients,
    )


def _tool(name: str) -> BaseTool:
    return tool_named(name, "LangChain", BaseTool, tool)  # type: ignore[no-any-return]


def _served(theirs: ServedTool) -> BaseTool:
    async def call(**arguments: Any) -> str:
        return await theirs.call(arguments)

    return StructuredTool(
        name=theirs.name, description=theirs.description, args_schema=dict(theirs.parameters), coroutine=call
    )


class Demand(AgentMiddleware):
    """Demands a call of a tool where a decision is asked for, in the end one of those to decide with. A server that
    refuses tools is asked for text, then on.

    LangChain's own `ToolStrategy` goes on to its recursion limit with a model that only talks.
    """

    accepted = True

    async def awrap_model_call(
        self, request: ModelRequest, handler: Callable[[ModelRequest], Awaitable[ModelResponse[Any]]]
    ) -> ModelResponse[Any]:
        """Ask the model."""
        if self.accepted:
            lookups = sum(isinstance(message, AIMessage) for message in request.messages)
            tools = [each for each in request.tools if lookups < LOOKUPS or each.name in DECISIONS]
            try:
                return await handler(request.override(tools=tools, tool_choice="required"))
            except Exception as failure:
                if not refuses_tools(failure):
                    raise
                self.accepted = False
        return await handler(request.override(tools=[each for each in request.tools if each.name not in DECISIONS]))
