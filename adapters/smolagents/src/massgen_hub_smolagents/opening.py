"""From options, or the user's own object, to an agent of the hub."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from massgen_hub.errors import ConfigError
from massgen_hub.kit import users_agent
from smolagents import CodeAgent, MultiStepAgent, OpenAIModel, ToolCallingAgent

from .agent import SmolAgent
from .lending import quiet_logger
from .prompts import CODE, TOOL_CALLING, short
from .tools import tool_named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from massgen_hub.contract import Model, Setup

    from .options import SmolagentsOptions

FEW_STEPS = 6


@contextmanager
def opened(options: SmolagentsOptions, setup: Setup, accepts: tuple[str, ...]) -> Iterator[SmolAgent]:
    """The agent, and the end of the connections that were made for it."""
    if setup.target is not None:
        options.refuse_for_own_agent()
        own = users_agent(setup.target, accepts, setup.model)
        yield SmolAgent(own, max_steps=options.max_steps or own.max_steps)
        return
    model = _model(options, setup.model)
    try:
        yield SmolAgent(_made(options, model), max_steps=options.max_steps or FEW_STEPS)
    finally:
        model.client.close()


def _model(options: SmolagentsOptions, model: Model | None) -> OpenAIModel:
    if model is None:
        raise ConfigError(
            "an agent of smolagents needs a model",
            hint="add `model:` to the agent, or `agent:` with an object that brings its own",
        )
    wishes = {"temperature": options.temperature, "max_tokens": options.max_tokens}
    return OpenAIModel(
        model_id=model.name,
        api_base=model.base_url or None,
        api_key=model.key or "none",  # without one the client looks for a key of its own, and sends it anywhere
        retry=False,
        client_kwargs={"max_retries": 0},
        flatten_messages_as_text=True,  # some servers take messages only as plain strings
        **{name: wish for name, wish in wishes.items() if wish is not None},
    )


def _made(options: SmolagentsOptions, model: OpenAIModel) -> MultiStepAgent:
    tools = [tool_named(name) for name in options.tools]
    make = _code_agent if options.kind == "code" else _tool_calling_agent
    try:
        return make(options, model=model, tools=tools, instructions=options.system_message, logger=quiet_logger())
    except ValueError as refused:
        raise ConfigError(f"smolagents refuses this agent: {refused}", hint="change what it names") from refused


def _tool_calling_agent(options: SmolagentsOptions, **common: object) -> ToolCallingAgent:
    return ToolCallingAgent(prompt_templates=short(TOOL_CALLING) if options.prompts == "short" else None, **common)


def _code_agent(options: SmolagentsOptions, **common: object) -> CodeAgent:
    limits = {} if options.executor_timeout is None else {"timeout_seconds": options.executor_timeout}
    return CodeAgent(
        prompt_templates=short(CODE) if options.prompts == "short" else None,
        additional_authorized_imports=list(options.additional_authorized_imports),
        executor_kwargs=limits,
        **common,
    )
