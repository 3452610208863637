"""Drives a compiled graph through one turn of the hub."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from contextlib import aclosing
from typing import Any, TypeAlias

from langchain_core.messages import AIMessage
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.errors import GraphRecursionError
from langgraph.pregel import Pregel
from langsmith import tracing_context
from massgen_hub.contract import JSON, Host, Reply, Turn
from massgen_hub.errors import TurnError
from massgen_hub.kit import Voices

from .cancelling import stoppable
from .keeping import ByReference
from .listening import Listener
from .options import LangGraphOptions
from .questions import answered
from .state import text_of, way_in, way_out

Graph: TypeAlias = Pregel[Any, Any, Any, Any]
Native: TypeAlias = Callable[[Mapping[str, JSON]], Awaitable[Graph]]
"""From the schema of a decision to a graph that can make it: by tools, or as a form."""

DECISION_STEPS = 12
"""Steps in which such a graph may look something up first; the hub's own second attempt comes on top."""


class GraphAgent:
    """An agent that runs a graph on a new thread for every turn."""

    def __init__(self, graph: Graph, options: LangGraphOptions, native: Native | None) -> None:
        nodes = {name: node.copy({}) for name, node in graph.nodes.items()}  # they remember things from run to run
        self._graph, self._options, self._native = graph.copy({"nodes": nodes}), options, native
        self._given, self._answer = way_in(options.input, graph), way_out(options.output, graph)

    async def __call__(self, turn: Turn, host: Host) -> Reply:
        """Run the graph to its end, or to its decision. Raises what a node raises, and `TurnError` at the limit."""
        run = await self._run(turn, host)
        try:
            await stoppable(run.to_the_end(self._given(turn)), run.listener.tasks)
            reply = run.listener.decision or Reply(text=text_of(self._answer(run.state)))
        except GraphRecursionError as endless:
            what = f"the graph took {run.limit} steps and was not done"
            raised = "" if run.limit < self._options.recursion_limit else ", or raise `recursion_limit`"
            raise TurnError(what, hint=f"look for a loop{raised}") from endless
        except Exception as failure:
            unfit = getattr(failure, "ai_message", None)  # LangChain's word on a reply that is not of the form
            if unfit is None or turn.schema is None:
                raise
            reply = Reply(text=text_of(unfit))
        finally:
            run.listener.over = True
        run.voices.finish(reply.text)
        return reply

    async def _run(self, turn: Turn, host: Host) -> Run:
        limit = self._options.recursion_limit
        if self._native is None or turn.schema is None:
            return Run(self._graph, self._options, turn, host, limit=limit)
        graph, limit = await self._native(turn.schema), min(limit, DECISION_STEPS)
        return Run(graph, self._options, turn, host, limit=limit, decides=True)


class Run:
    """One run of a graph; `state` is the last of the outermost one.

    Unless its checkpoints are kept, it is a copy with a checkpointer of its own that runs: so any graph may ask
    questions, and nothing reaches the user's.
    """

    def __init__(
        self, graph: Graph, options: LangGraphOptions, turn: Turn, host: Host, *, limit: int, decides: bool = False
    ) -> None:
        self.state: Any = None
        self.limit, self.voices, self.listener = limit, Voices(host.say), Listener(host, decides=decides)
        self._host, self._keeps = host, options.checkpoints == "keep"
        self._graph = graph if self._keeps else graph.copy({"checkpointer": InMemorySaver(serde=ByReference())})
        self._thread = f"{turn.run}/{turn.agent}/{turn.round}/{turn.attempt}"
        self._config: RunnableConfig = {
            "configurable": {"thread_id": self._thread},
            "callbacks": [self.listener],
            "recursion_limit": limit,
        }

    async def to_the_end(self, given: Any) -> None:
        """Go on after every question."""
        if self._keeps:  # of a turn that is taken again after a crash
            await self._graph.checkpointer.adelete_thread(self._thread)
        with tracing_context(enabled=False):
            while True:
                await self._go_on(given)
                paused = None if self.listener.decision else await self._graph.aget_state(self._config)
                if not paused or not paused.next:
                    return
                given = await answered(paused, self._host)

    async def _go_on(self, given: Any) -> None:
        """Until the graph ends, asks, or has decided."""
        durability = "async" if self._keeps else "exit"
        run: Any = self._graph.astream(
            given, self._config, stream_mode=["messages", "values"], subgraphs=True, durability=durability
        )
        async with aclosing(run) as events:
            async for inner_graphs, mode, payload in events:
                if mode == "messages" and isinstance(payload[0], AIMessage):
                    self.voices.add(payload[0].id, str(payload[0].text))
                elif mode == "values" and not inner_graphs:
                    self.state = payload
                if self.listener.decision is not None:
                    return
