"""An agent, lent for one turn: silent, with an empty memory, watched, and afterwards as it was."""

from __future__ import annotations

import io
from contextlib import ExitStack, contextmanager
from copy import copy
from typing import TYPE_CHECKING, Any

from rich.console import Console
from smolagents import (
    AgentLogger,
    AgentMemory,
    CodeAgent,
    DockerExecutor,
    FinalAnswerStep,
    FinalAnswerTool,
    LocalPythonExecutor,
    LogLevel,
    PythonInterpreterTool,
)
from smolagents.remote_executors import RemotePythonExecutor

from .docker import fresh_kernel
from .telling import FINAL_ANSWER, Narrator
from .watching import OwnCode, WatchedModel, refuse_quotation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from smolagents import MultiStepAgent

    from .watching import Watch

MISSING = object()


def quiet_logger() -> AgentLogger:
    """A logger that prints nothing. The level alone does not stop the live display of an agent that streams."""
    console = Console(file=io.StringIO(), quiet=True, force_terminal=False)
    return AgentLogger(level=LogLevel.OFF, console=console)


@contextmanager
def lent(agent: MultiStepAgent, watch: Watch, **changes: Any) -> Iterator[WatchedModel]:
    """The agent and those it manages; `changes` are attributes of the agent alone. Gives its model.

    The agent must not be used by anybody else meanwhile.
    """
    with ExitStack() as stack:
        for member in family(agent):
            _enter(stack, member, watch)
            if member is not agent:
                stack.enter_context(swapped(member, run=_told(member, watch)))
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


def family(agent: MultiStepAgent) -> Iterator[MultiStepAgent]:
    """The agent, and all that it manages."""
    yield agent
    for managed in agent.managed_agents.values():
        yield from family(managed)


def _enter(stack: ExitStack, agent: MultiStepAgent, watch: Watch) -> None:
    """Lend one agent until the stack is left."""
    streams = isinstance(agent, CodeAgent) and hasattr(agent.model, "generate_stream")
    logger, model = quiet_logger(), WatchedModel(agent.model, watch, streams=streams or agent.stream_outputs)
    fresh = {"memory": AgentMemory(""), "state": dict(agent.state), "task": None, "step_number": 0}
    counts = {"step_durations": [], "total_input_token_count": 0, "total_output_token_count": 0}
    switches = {"interrupt_switch": False, "stream_outputs": False}
    stack.enter_context(swapped(agent, logger=logger, model=model, **switches, **fresh))
    stack.enter_context(swapped(agent.monitor, logger=logger, **counts))
    for tool in agent.tools.values():
        if isinstance(tool, PythonInterpreterTool):
            stack.enter_context(swapped(tool, python_evaluator=_guarded(tool.python_evaluator, watch)))
    if isinstance(agent, CodeAgent):
        _enter_executor(stack, agent, model, watch)


def _enter_executor(stack: ExitStack, agent: CodeAgent, model: WatchedModel, watch: Watch) -> None:
    """Variables and functions of any executor outlive `run(reset=True)`."""
    executor = agent.python_executor
    if isinstance(executor, LocalPythonExecutor):
        clean = {"state": {"__name__": "__main__"}, "custom_tools": dict(executor.custom_tools)}
        stack.enter_context(swapped(executor, static_tools=None, **clean))
    elif isinstance(executor, RemotePythonExecutor):
        own = agent.tools[FINAL_ANSWER]  # the executor changes one for good, and cannot use it twice
        fresh = FinalAnswerTool() if isinstance(own, FinalAnswerTool) else copy(own)
        stack.enter_context(swapped(agent, tools={**agent.tools, FINAL_ANSWER: fresh}))
        place = stack.enter_context(fresh_kernel(executor)) if isinstance(executor, DockerExecutor) else {}
        stack.enter_context(swapped(executor, logger=agent.logger, **place))
    own_code = OwnCode(executor, agent.code_block_tags, model, watch.allowed)
    stack.enter_context(swapped(agent, python_executor=own_code))


def _guarded(evaluate: Callable[..., Any], watch: Watch) -> Callable[..., Any]:
    def guarded(code: str, **more: Any) -> Any:
        refuse_quotation(code, watch.allowed)
        return evaluate(code, **more)

    return guarded


def _told(agent: MultiStepAgent, watch: Watch) -> Callable[..., Any]:
    """Its `run`, as the agent that manages it calls it, told to the host."""

    def run(task: str, **arguments: Any) -> Any:
        narrator, output = Narrator(watch), None
        for event in type(agent).run(agent, task, **{**arguments, "stream": True}):
            narrator.tell(event)
            if isinstance(event, FinalAnswerStep):
                output = event.output
        return output

    return run
