"""Takes the turns of the hub with an agent of ADK."""

from __future__ import annotations

from google.adk.agents import LlmAgent
from google.adk.apps import App
from google.adk.workflow import BaseNode
from massgen_hub.contract import Host, Reply, Turn
from massgen_hub.kit import refuses_tools

from .decision import Decision
from .listening import Listener
from .model import HubsModel
from .options import GoogleAdkOptions
from .running import Run


class HubAgent:
    """An agent of the hub. The user's stays as it is: every turn is a session of its own, every decision a twin's."""

    def __init__(self, app: App, voter: LlmAgent | None, options: GoogleAdkOptions, model: HubsModel | None) -> None:
        self._app, self._voter, self._options, self._model = app, voter, options, model
        self._takes_tools = True

    async def __call__(self, turn: Turn, host: Host) -> Reply:
        """Answer the turn. Raises what the run raises, and `TurnError` for an endless or a blocked one."""
        if turn.schema is None or self._voter is None:
            return await self._answer(turn, host)
        return await self._decide(Decision(turn.schema), self._voter, turn, host)

    async def _answer(self, turn: Turn, host: Host) -> Reply:
        run = Run(host, Listener(host, turn, self._model), self._options.max_llm_calls)
        await self._finish(run, self._app.root_agent, turn)
        text = run.words.get(self._options.voter or "", run.text)
        run.voices.finish(text)
        return Reply(text=text)

    async def _decide(self, decision: Decision, voter: LlmAgent, turn: Turn, host: Host) -> Reply:
        """A server that refuses the tools is asked for text, from then on."""
        limit = self._options.max_llm_calls
        if self._takes_tools:
            run = Run(host, Listener(host, turn, self._model, decision.names), limit, decides=True)
            try:
                await self._finish(run, decision.twin(voter, natively=True), turn)
                return _said(run, decision.made_in(run.events, voter.name))
            except Exception as failure:
                if run.begun or not refuses_tools(failure):
                    raise
        run = Run(host, Listener(host, turn, self._model), limit, decides=True)
        await self._finish(run, decision.twin(voter, natively=False), turn)
        self._takes_tools = False
        return _said(run, None)

    async def _finish(self, run: Run, root: BaseNode | None, turn: Turn) -> None:
        app = self._app.model_copy(update={"root_agent": root, "plugins": [run.listener, *self._app.plugins]})
        await run.to_the_end(app, turn.prompt, self._options.state)


def _said(run: Run, decision: Reply | None) -> Reply:
    reply = decision or Reply(text=run.text)
    run.voices.finish(reply.text)
    return reply
