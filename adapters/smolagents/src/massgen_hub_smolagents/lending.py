"""An agent, lent for one turn: silent, with an empty memory, watched, and afterwards as it was."""

from __future__ import annotations

import io
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

from rich.console import Console
from smolagents import AgentLogger, AgentMemory, LocalPythonExecutor, LogLevel

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from smolagents import MultiStepAgent

    from .watching import WatchedModel

MISSING = object()


def quiet_logger() -> AgentLogger:
    """A logger that prints nothing. The level alone does not stop the live display of an agent that streams."""
    console = Console(file=io.StringIO(), quiet=True, force_terminal=False)
    return AgentLogger(level=LogLevel.OFF, console=console)


@contextmanager
def lent(agent: MultiStepAgent, watch: Callable[[Any], WatchedModel], **changes: Any) -> Iterator[WatchedModel]:
    """The agent and those it manages, each with a model made by `watch`; `changes` are attributes of the agent alone.

    Gives the model of the agent. The agent must not be used by anybody else meanwhile.
    """
    with ExitStack() as stack:
        for member in _family(agent):
            stack.enter_context(_clean(member, watch))
        stack.enter_context(swapped(agent, **changes))
        yield agent.model


@contextmanager
def swapped(thing: Any, **values: Any) -> Iterator[None]:
    """Other values for attributes of an object, for a while."""
    before = {name: vars(thing).get(name, MISSING) for name in values}
    vars(thing).update(values)
    try:
        yield
    finally:
        vars(thing).update(before)
        for name in [name for name, value in before.items() if value is MISSING]:
            del vars(thing)[name]


def _family(agent: MultiStepAgent) -> Iterator[MultiStepAgent]:
    yield agent
    for managed in agent.managed_agents.values():
        yield from _family(managed)


@contextmanager
def _clean(agent: MultiStepAgent, watch: Callable[[Any], WatchedModel]) -> Iterator[None]:
    logger = quiet_logger()
    fresh = {"memory": AgentMemory(""), "state": dict(agent.state), "task": None, "step_number": 0}
    counts = {"step_durations": [], "total_input_token_count": 0, "total_output_token_count": 0}
    with ExitStack() as stack:
        watched = watch(agent.model)
        stack.enter_context(swapped(agent, logger=logger, model=watched, interrupt_switch=False, **fresh))
        stack.enter_context(swapped(agent.monitor, logger=logger, **counts))
        executor = getattr(agent, "python_executor", None)
        if isinstance(executor, LocalPythonExecutor):  # its variables and functions outlive `run(reset=True)`
            clean = {"state": {"__name__": "__main__"}, "custom_tools": dict(executor.custom_tools)}
            stack.enter_context(swapped(executor, static_tools=None, **clean))
        yield
