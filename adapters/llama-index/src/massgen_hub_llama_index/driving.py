"""Takes the turns of the hub with an agent or a workflow of LlamaIndex."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from inspect import signature
from typing import Any, TypeGuard

from llama_index.core.agent.workflow import AgentWorkflow, FunctionAgent, ReActAgent
from llama_index.core.agent.workflow.base_agent import BaseWorkflowAgent
from llama_index.core.memory import ChatMemoryBuffer
from massgen_hub.contract import Host, Reply, Setup, Turn
from massgen_hub.errors import TurnError
from massgen_hub.kit import awaited_agent, models_of, refuse_idle, refuses_tools, unfinished
from massgen_hub.servers import served
from workflows import Workflow
from workflows.errors import WorkflowRuntimeError
from workflows.events import StartEvent

from .ballots import Ballotbox, plainly, voter_of
from .hearing import Hearing
from .models import HubsModel, ModelTwins, hubs_model
from .opening import ACCEPTS
from .options import OF_AGENT, OF_TEAM, OF_WORKFLOW, LlamaIndexOptions
from .running import Run
from .tools import named, of_server
from .twins import Twins, members_of
from .ways import text_of, way_in, way_out

for framework in ("llama_index", "workflows"):
    logging.getLogger(framework).addHandler(logging.NullHandler())  # else their warnings go to stderr


@asynccontextmanager
async def opened(options: LlamaIndexOptions, setup: Setup) -> AsyncIterator[LlamaIndexAgent]:
    """The agent, with the connections of its models and its MCP servers for as long as it is open."""
    twins = ModelTwins()
    async with hubs_model(setup.model, options) as model, served(options.mcp_servers, setup.folder) as theirs:
        if setup.target is None:
            own = _built(options, setup, model, [*map(named, options.tools), *map(of_server, theirs)])
        else:
            own = await _users(options, setup, model)
        try:
            yield LlamaIndexAgent(own, options, twins)
        finally:
            await twins.close()


def _built(options: LlamaIndexOptions, setup: Setup, model: HubsModel | None, tools: list[Any]) -> Workflow:
    models_of(setup)
    kind = FunctionAgent if options.kind == "function" else ReActAgent
    return kind(name=setup.agent, system_prompt=options.system_message, tools=tools, llm=model)


async def _users(options: LlamaIndexOptions, setup: Setup, model: HubsModel | None) -> Workflow:
    if model is None and callable(setup.target) and "llm" in signature(setup.target).parameters:
        models_of(setup)
    own = await awaited_agent(setup.target, ACCEPTS, setup.model, llm=model)
    allowed = OF_AGENT if isinstance(own, BaseWorkflowAgent) else OF_TEAM if _of_agents(own) else OF_WORKFLOW
    refuse_idle(options, allowed, existing=True)
    return own  # type: ignore[no-any-return]


def _of_agents(workflow: Workflow) -> TypeGuard[BaseWorkflowAgent | AgentWorkflow]:
    """Whether it is an agent or made of agents, which take a message, and not any other workflow."""
    return isinstance(workflow, BaseWorkflowAgent | AgentWorkflow)


def _has_form(workflow: Workflow) -> bool:
    """Whether its answer is to have one."""
    agents = [member for member in members_of(workflow) if _of_agents(member)]
    return any(agent.output_cls or agent.structured_output_fn for agent in agents)


class LlamaIndexAgent:
    """An agent of the hub. Every turn is a run of a twin with a history of its own."""

    def __init__(self, own: Workflow, options: LlamaIndexOptions, models: ModelTwins) -> None:
        self._own, self._models, self._max_iterations = own, models, options.max_iterations
        self._voter = own if isinstance(own, BaseWorkflowAgent) else voter_of(own, options.voter)
        self._takes_tools = isinstance(self._voter, FunctionAgent)
        if not _of_agents(own):
            self._given, self._answer = way_in(options.input, own), way_out(options.output)

    async def __call__(self, turn: Turn, host: Host) -> Reply:
        """Answer the turn. Raises what a step raises, and `TurnError` for an endless run."""
        hearing = Hearing(host)
        async with hearing.listening():
            reply = await (self._reply if turn.schema is None else self._decision)(turn, host, hearing)
        hearing.finish(reply.text)
        return reply

    async def _reply(self, turn: Turn, host: Host, hearing: Hearing) -> Reply:
        async with self._twin(self._own, turn) as twin:
            result = await self._result(Run(twin, host), twin, turn)
            if hearing.failure and _has_form(twin) and result.structured_response is None:
                raise hearing.failure
            return Reply(text=text_of(result))

    async def _decision(self, turn: Turn, host: Host, hearing: Hearing) -> Reply:
        """A server that refuses the tools is asked for text, from then on."""
        if self._takes_tools:
            assert turn.schema is not None
            ballotbox = Ballotbox(turn.schema)
            async with self._twin(self._voter, turn) as twin:
                ballotbox.offer_to(twin)
                run = Run(twin, host, ballotbox)
                try:
                    return await self._decided(run, twin, turn, hearing, ballotbox)
                except Exception as failure:
                    if run.begun or not refuses_tools(failure):
                        raise
        async with self._twin(self._voter, turn) as twin:
            reply = await self._decided(Run(twin, host), twin, turn, hearing)
        self._takes_tools = False
        return reply

    @asynccontextmanager
    async def _twin(self, own: Workflow, turn: Turn) -> AsyncIterator[Any]:
        async with aclosing(Twins(turn, self._models)) as twins:
            yield twins.of(own)

    async def _decided(
        self, run: Run, twin: Workflow, turn: Turn, hearing: Hearing, ballotbox: Ballotbox | None = None
    ) -> Reply:
        if isinstance(twin, BaseWorkflowAgent):
            plainly(twin)
        result = await self._result(run, twin, turn)
        if ballotbox and ballotbox.reply:
            return ballotbox.reply
        return Reply(text=(hearing.last if _of_agents(twin) else "") or text_of(result))

    async def _result(self, run: Run, twin: Workflow, turn: Turn) -> Any:
        if not _of_agents(twin):
            return self._answer(await self._ended(run, turn))
        try:
            return await run.to_the_end(user_msg=turn.prompt, memory=_history(), max_iterations=self._max_iterations)
        except WorkflowRuntimeError as endless:
            if not str(endless).startswith("Max iterations"):
                raise
            raise unfinished(self._max_iterations, "max_iterations") from endless

    async def _ended(self, run: Run, turn: Turn) -> Any:
        try:
            return await run.to_the_end(**self._given(turn))
        except AttributeError as missing:
            if not isinstance(missing.obj, StartEvent):
                raise
            raise TurnError(str(missing), hint=f"set `input: {missing.name}`, if that takes the prompt") from missing


def _history() -> ChatMemoryBuffer:
    """An empty one that forgets nothing: LlamaIndex's own drops what a model's context may not hold, by its guess."""
    return ChatMemoryBuffer.from_defaults(token_limit=1, tokenizer_fn=lambda _text: [])
