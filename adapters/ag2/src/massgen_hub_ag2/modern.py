"""Agents of AG2 1.x (`import ag2`), and of `autogen.beta`, which is the same under another name."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from importlib import import_module
from importlib.metadata import version
from typing import Any

from massgen_hub.contract import Host, Question, Reply, Setup, Turn
from massgen_hub.errors import ConfigError, TurnError
from massgen_hub.kit import ask, causes, decided, decision_tools, models_of, own_code, unfinished
from massgen_hub.targets import resolve

from .modern_code import NAME, code_tool, code_tools, own_code_only
from .modern_events import TurnEvents
from .modern_http import Connection
from .modern_model import Bounded
from .options import Ag2Options, LocalExecutor


@asynccontextmanager
async def opened(package: str, options: Ag2Options, setup: Setup, existing: Any) -> AsyncIterator[ModernAgent]:
    """The agent that the options describe, or the user's own, ready for turns."""
    agent = existing or _built(options, setup)
    config = agent.config or _config(package, options, setup)
    ready = ModernAgent(package, agent, _changed(config, streaming=True, max_retries=0), options)
    try:
        yield ready
    finally:
        await ready.connection.close()


def _built(options: Ag2Options, setup: Setup) -> Any:
    from ag2 import Agent

    prompt = () if options.system_message is None else options.system_message
    return Agent(options.name or setup.agent, prompt, tools=map(resolve, options.tools))


def _config(package: str, options: Ag2Options, setup: Setup) -> Any:
    """AG2's config for a model of the hub. Raises `ConfigError` where AG2 takes no openai of the installed version."""
    model = models_of(setup)
    said = options.model_dump(include={"temperature", "max_tokens"}, exclude_none=True)
    try:
        return import_module(f"{package}.config").OpenAIConfig(
            model=model.name,
            api_key=model.key or "none",
            base_url=model.base_url or None,
            **said,
        )
    except ImportError as unfit:  # what AG2 raises where it could not import its client
        what = f"ag2 {version('ag2')} has no client for openai {version('openai')}"
        raise ConfigError(
            what, hint='require "ag2[openai]>=1.2", or leave `kind` out: classic agents need none'
        ) from unfit


def _changed(config: Any, **wanted: Any) -> Any:
    """A copy of a provider's config, in which what the provider knows of is as wanted."""
    return config.copy(**{name: value for name, value in wanted.items() if hasattr(config, name)})


class ModernAgent:
    """Takes each turn in a stream of its own. Everything of a turn is given per call: the agent stays as it is."""

    def __init__(self, package: str, agent: Any, config: Any, options: Ag2Options) -> None:
        self._package, self._agent, self._config, self._options = package, agent, config, options
        self._events = import_module(f"{package}.events")
        self._code_tools = code_tools(agent.tools) | ({NAME: "code"} if options.executor else {})
        self.connection = Connection()

    async def __call__(self, turn: Turn, host: Host) -> Reply:
        """Answer the turn."""
        take = self._talk if turn.schema is None else self._decide
        heard = TurnEvents(host, self._events, self._code_tools)
        try:
            async with self._connected() as config:
                reply = await take(turn, host, heard, config)
        except Exception as failure:
            ours = next((cause for cause in causes(failure) if isinstance(cause, TurnError)), None)
            if ours is None:
                raise
            raise ours from None  # AG2 wrapped what the hub itself had said
        heard.speech.finish(reply.text)
        return reply

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[Any]:
        """The agent's config, over a client that is closed in time where AG2 would make one of OpenAI's."""
        if "openai" not in type(self._config).__module__ or self._config.http_client is not None:
            yield self._config
            return
        async with self.connection.lent() as client:
            yield self._config.copy(http_client=client)

    async def _decide(self, turn: Turn, host: Host, heard: TurnEvents, config: Any) -> Reply:
        """One call with the decisions as tools. No tool of the agent's own is offered, and none is run."""
        assert turn.schema is not None
        client_tool = import_module(f"{self._package}.tools.final").ClientTool
        offered = [client_tool(made).schema for made in decision_tools(turn.schema)]
        forced = _changed(config, tool_choice="required")
        bounded = Bounded(forced, self._events.ModelResponse, turns=1, tools=offered)
        text = await self._ask(turn, host, heard, config=bounded, response_schema=None)
        return decided(text, [call.arguments for call in bounded.made])

    async def _talk(self, turn: Turn, host: Host, heard: TurnEvents, config: Any) -> Reply:
        """A run in which the agent may use its tools, until it has no more to do."""
        bounded = Bounded(config, self._events.ModelResponse, turns=self._options.max_turns)
        base = import_module(f"{self._package}.middleware").BaseMiddleware
        guard = own_code_only(base, self._events, self._code_tools, own_code(turn))
        async with AsyncExitStack() as stack:
            tools = []
            if isinstance(self._options.executor, LocalExecutor):
                tools.append(await stack.enter_async_context(code_tool(self._options.executor, turn.folder)))
            text = await self._ask(turn, host, heard, config=bounded, tools=tools, middleware=[guard])
        text = text or heard.speech.last
        if bounded.made and not text:
            raise unfinished(self._options.max_turns, "max_turns")
        return Reply(text=text)

    async def _ask(self, turn: Turn, host: Host, heard: TurnEvents, **per_call: Any) -> str:
        async def hook(event: Any) -> str:
            return await ask(host, Question(text=event.content))

        if self._agent._hitl_hook is None:
            per_call["hitl_hook"] = hook
        stream = import_module(self._package).MemoryStream()
        with stream.sub_scope(heard.take):
            reply = await self._agent.ask(turn.prompt, stream=stream, **per_call)
        return str(reply.body or "")
