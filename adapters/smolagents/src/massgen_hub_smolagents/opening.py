"""From options, or the user's own object, to an agent of the hub."""

from __future__ import annotations

import re
from asyncio import run_coroutine_threadsafe
from contextlib import ExitStack, closing, contextmanager
from typing import TYPE_CHECKING, Any

from massgen_hub.errors import ConfigError
from massgen_hub.kit import models_of, refuse_idle, users_agent
from massgen_hub.targets import resolve
from smolagents import CodeAgent, DockerExecutor, MultiStepAgent, OpenAIModel, Tool, ToolCallingAgent, tool

from .agent import SmolAgent
from .docker import container, watch_over
from .lending import family, quiet_logger
from .options import OF_EXISTING, ManagedAgent
from .prompts import CODE, TOOL_CALLING, short

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop
    from collections.abc import Iterator, Mapping, Sequence

    from massgen_hub.contract import Model, Setup
    from massgen_hub.servers import ServedTool

    from .options import SmolagentsOptions

ACCEPTS = ("smolagents.MultiStepAgent",)
FEW_STEPS = 6
FUNCTION_HINT = "annotate its arguments and its result, and describe each argument under `Args:` in its docstring"


@contextmanager
def opened(
    options: SmolagentsOptions, setup: Setup, servers: Mapping[int, Sequence[ServedTool]], loop: AbstractEventLoop
) -> Iterator[SmolAgent]:
    """The agent, and the end of everything that was made for it. Raises `ConfigError` where it cannot be made.

    `servers` has the tools of the MCP servers for the `id` of all options, `loop` is where they are connected.
    """
    if setup.target is not None:
        refuse_idle(options, OF_EXISTING, existing=True)
        own = users_agent(setup.target, ACCEPTS, setup.model)
        for executor in (getattr(member, "python_executor", None) for member in family(own)):
            if isinstance(executor, DockerExecutor):
                watch_over(executor)
        yield SmolAgent(own, max_steps=options.max_steps or own.max_steps)
        return
    with ExitStack() as stack:
        model = _model(options, models_of(setup))
        stack.enter_context(closing(model.client))
        theirs = {each: [_served(tool, loop) for tool in tools] for each, tools in servers.items()}
        made = _made(options, model, theirs, stack)
        yield SmolAgent(made, max_steps=made.max_steps)


def _model(options: SmolagentsOptions, model: Model) -> OpenAIModel:
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


def _made(
    options: SmolagentsOptions, model: OpenAIModel, theirs: Mapping[int, list[Tool]], stack: ExitStack
) -> MultiStepAgent:
    common = {
        "model": model,
        "tools": [*map(_tool, options.tools), *theirs[id(options)]],
        "managed_agents": [_made(each, model, theirs, stack) for each in options.managed_agents],
        "instructions": options.system_message,
        "max_steps": options.max_steps or FEW_STEPS,
        "planning_interval": options.planning_interval,
        "logger": quiet_logger(),
    }
    if isinstance(options, ManagedAgent):
        common |= {"name": options.name, "description": options.description}
    make = _code_agent if options.kind == "code" else _tool_calling_agent
    try:
        return make(options, stack, common)
    except Exception as refused:
        raise ConfigError(f"smolagents refuses this agent: {refused}", hint="change what it names") from refused


def _tool_calling_agent(options: SmolagentsOptions, _stack: ExitStack, common: dict[str, Any]) -> ToolCallingAgent:
    return ToolCallingAgent(prompt_templates=short(TOOL_CALLING) if options.prompts == "short" else None, **common)


def _code_agent(options: SmolagentsOptions, stack: ExitStack, common: dict[str, Any]) -> CodeAgent:
    where = options.executor_kwargs
    return CodeAgent(
        prompt_templates=short(CODE) if options.prompts == "short" else None,
        additional_authorized_imports=list(options.additional_authorized_imports),
        executor_type=options.executor,
        executor_kwargs=stack.enter_context(container(where)) if options.executor == "docker" else where,
        use_structured_outputs_internally=options.use_structured_outputs_internally,
        **common,
    )


def _tool(name: str) -> Tool:
    found = resolve(name)
    if isinstance(found, Tool):
        return found
    if not callable(found):
        kind = type(found).__name__
        raise ConfigError(f"the tool `{name}` is a `{kind}`", hint="name a function or a `smolagents.Tool`")
    try:
        return found() if isinstance(found, type) and issubclass(found, Tool) else tool(found)
    except Exception as refused:
        raise ConfigError(f"smolagents refuses the tool `{name}`: {refused}", hint=FUNCTION_HINT) from refused


def _served(theirs: ServedTool, loop: AbstractEventLoop) -> Tool:
    """A tool of an MCP server, whose connection belongs to an event loop."""
    required = theirs.parameters.get("required", ())
    inputs = {
        name: {"description": name, **form, "type": form.get("type", "any"), "nullable": name not in required}
        for name, form in theirs.parameters.get("properties", {}).items()
    }

    def forward(_tool: Tool, *values: Any, **arguments: Any) -> str:
        given = {**dict(zip(inputs, values, strict=False)), **arguments}
        return run_coroutine_threadsafe(theirs.call(given), loop).result()

    about = {"name": re.sub(r"\W", "_", theirs.name), "description": theirs.description, "inputs": inputs}
    made = {**about, "output_type": "string", "skip_forward_signature_validation": True, "forward": forward}
    return type("ServedTool", (Tool,), made)()
