"""Takes the turns of the hub with an agent of the SDK."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from agents import Agent, ModelRetrySettings, ModelSettings, RunConfig, RunResultStreaming
from massgen_hub.contract import Host, Reply, Turn
from massgen_hub.errors import ConfigError
from massgen_hub.kit import as_said, as_text, refuses_tools
from massgen_hub.targets import resolve
from pydantic_core import to_jsonable_python

from .decision import Decision
from .guarding import guard, tripping
from .models import HubsModels
from .options import OpenAIAgentsOptions
from .running import Run, Settings


class HubAgent:
    """An agent of the hub. The user's stays as it is: every turn is a run of its own, every decision one of a twin."""

    def __init__(self, agent: Agent[Any], options: OpenAIAgentsOptions, models: HubsModels) -> None:
        self._agent = agent
        self._takes_tools = True
        self._context = _function(options.context) if options.context else lambda: None
        self._session = _session(options.session) if options.session else None
        config = RunConfig(
            model_provider=models,
            model_settings=ModelSettings(include_usage=True, retry=ModelRetrySettings(max_retries=0)),
            tool_not_found_behavior="return_error_to_model",
            tracing_disabled=not options.tracing,
        )
        self._settings = Settings(config=config, max_turns=options.max_turns, model=models.name)

    async def __call__(self, turn: Turn, host: Host) -> Reply:
        """Answer the turn. Raises what the run raises, and `TurnError` for a tripped guardrail or an endless run."""
        with tripping():
            if turn.schema is None:
                return await self._answer(turn, host)
            return await self._decide(Decision(turn.schema), turn, host)

    async def _answer(self, turn: Turn, host: Host) -> Reply:
        run = Run(host, self._settings)
        result = await self._result(run, self._agent, turn)
        text = as_said(to_jsonable_python(result.final_output, fallback=str), run.speech.last)
        run.speech.finish(text)
        return Reply(text=text)

    async def _decide(self, decision: Decision, turn: Turn, host: Host) -> Reply:
        """A server that refuses the tools is asked for text, from then on."""
        if self._takes_tools:
            run = Run(host, self._settings, decision.names)
            try:
                return await self._decided(run, decision, turn, natively=True)
            except Exception as failure:
                if run.begun or not refuses_tools(failure):
                    raise
        reply = await self._decided(Run(host, self._settings), decision, turn, natively=False)
        self._takes_tools = False
        return reply

    async def _decided(self, run: Run, decision: Decision, turn: Turn, *, natively: bool) -> Reply:
        result = await self._result(run, decision.twin(self._agent, natively=natively), turn)
        reply = decision.made_in(result.raw_responses) or Reply(text=as_text(result.final_output))
        await guard(self._agent, result.context_wrapper, reply, turn)
        run.speech.finish(reply.text)
        return reply

    async def _result(self, run: Run, agent: Agent[Any], turn: Turn) -> RunResultStreaming:
        history = await self._session.get_items() if self._session else []
        given = [*history, {"role": "user", "content": turn.prompt}]
        return await run.to_the_end(agent, given, self._context())


def _function(name: str) -> Callable[[], Any]:
    found = resolve(name)
    if not callable(found):
        raise ConfigError(f"`{name}` is a `{type(found).__name__}`, which cannot be called", hint="name what makes it")
    return found  # type: ignore[no-any-return]


def _session(name: str) -> Any:
    found = resolve(name)
    session = found() if callable(found) else found
    if not hasattr(session, "get_items"):
        hint = "name a session of the SDK, or a function that makes one"
        raise ConfigError(f"`{name}` is a `{type(session).__name__}`, which is no session", hint=hint)
    return session
