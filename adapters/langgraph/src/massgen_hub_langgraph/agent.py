"""Drives a compiled graph through one turn of the hub."""

from __future__ import annotations

from contextlib import aclosing
from typing import Any, TypeAlias
from uuid import uuid4

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.errors import GraphRecursionError
from langgraph.pregel import Pregel
from langsmith import tracing_context
from massgen_hub.contract import Host, Reply, Turn
from massgen_hub.errors import TurnError

from .cancelling import stoppable
from .decision import Decision
from .keeping import ByReference
from .listening import Listener
from .questions import answered
from .speech import Speech
from .state import Keys, text_of

Graph: TypeAlias = Pregel[Any, Any, Any, Any]


class GraphAgent:
    """An agent that runs a copy of a graph, on a new thread for every turn.

    The copy has a checkpointer of its own, so that any graph may ask questions and nothing reaches the user's.
    `decides`: the graph takes a `Decision` as its context.
    """

    def __init__(self, graph: Graph, keys: Keys, recursion_limit: int, *, decides: bool = False) -> None:
        self._saver = InMemorySaver(serde=ByReference())
        self._graph = graph.copy(update={"checkpointer": self._saver})
        self._keys, self._recursion_limit, self._decides = keys, recursion_limit, decides

    async def __call__(self, turn: Turn, host: Host) -> Reply:
        """Run the graph to its end. Raises what a node raises, and `TurnError` at the recursion limit."""
        decision = Decision.of(turn.schema) if self._decides and turn.schema else None
        thread, listener = uuid4().hex, Listener(host)
        run = Run(self._graph, self._config(thread, listener), decision, host)
        try:
            state = await stoppable(run.to_the_end(self._keys.given(turn.prompt)), listener.tasks)
        except GraphRecursionError as endless:
            what = f"the graph took {self._recursion_limit} steps and was not done"
            raise TurnError(what, hint="raise `recursion_limit`, or look for a loop") from endless
        finally:
            self._saver.delete_thread(thread)
        answer = self._keys.answer(state)
        reply = Reply(text=text_of(answer), data=decision.made_in(answer) if decision else None)
        run.speech.settle(reply.text)
        return reply

    def _config(self, thread: str, listener: Listener) -> RunnableConfig:
        return {
            "configurable": {"thread_id": thread},
            "callbacks": [listener],
            "recursion_limit": self._recursion_limit,
        }


class Run:
    """One run of a graph."""

    def __init__(self, graph: Graph, config: RunnableConfig, context: Decision | None, host: Host) -> None:
        self.speech = Speech(host)
        self._graph, self._config, self._context, self._host = graph, config, context, host

    async def to_the_end(self, given: Any) -> Any:
        """Go on after every question; the last state."""
        with tracing_context(enabled=False):
            while True:
                state = await self._to_a_pause(given)
                paused = await self._graph.aget_state(self._config)
                if not paused.next:
                    return state
                given = await answered(paused, self._host)

    async def _to_a_pause(self, given: Any) -> Any:
        """Run until the graph ends or asks; the last state of the outermost graph."""
        state: Any = None
        run: Any = self._graph.astream(
            given,
            self._config,
            context=self._context,
            stream_mode=["messages", "values"],
            subgraphs=True,
            durability="exit",
        )
        async with aclosing(run) as events:
            async for inner_graphs, mode, payload in events:
                if mode == "messages":
                    self.speech.hear(payload[0])
                elif not inner_graphs:
                    state = payload
        return state
