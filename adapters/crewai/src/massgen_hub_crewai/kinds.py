"""The three things that CrewAI runs, as the hub asks them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from crewai import Agent, Crew, Flow
from crewai.flow.async_feedback.types import HumanFeedbackPending
from massgen_hub.contract import Turn
from massgen_hub.errors import ConfigError, TurnError
from massgen_hub.kit import as_text
from pydantic_core import to_jsonable_python

from .braces import inert
from .copies import agent_for_a_turn, crew_for_a_turn, flow_for_a_turn
from .models import Models
from .options import CrewAIOptions
from .texts import TASK, Texts


def said_by(agent: Agent, turn: Turn) -> str:
    """What an agent says to the prompt of a turn. Blocks."""
    return str(agent.kickoff(inert(turn.prompt)).raw)  # type: ignore[union-attr]


class Single:
    """An agent without a crew."""

    def __init__(self, agent: Agent, models: Models) -> None:
        self._agent, self._models = agent, models
        models.client(agent.llm)

    def answer(self, turn: Turn) -> str:
        """What the agent says to the prompt."""
        return said_by(self.decider(turn), turn)

    def decider(self, _turn: Turn) -> Agent:
        """The agent itself."""
        return agent_for_a_turn(self._agent, self._models)


class Team:
    """A crew. The agent of its last task decides for it, alone."""

    def __init__(self, crew: Crew, models: Models, options: CrewAIOptions) -> None:
        self._crew, self._models = crew, models
        self._texts = Texts(crew, options)
        for agent in crew.agents:
            models.client(agent.llm)

    def answer(self, turn: Turn) -> str:
        """What the last task gives."""
        crew = crew_for_a_turn(self._crew, self._models, turn.folder)
        return str(crew.kickoff(inputs=self._texts.put(crew, turn)).raw)  # type: ignore[union-attr]

    def decider(self, turn: Turn) -> Agent:
        """The agent whose words are the crew's answer."""
        last = self._crew.tasks[-1].agent or self._crew.manager_agent or self._crew.agents[-1]
        agent = agent_for_a_turn(last, self._models)
        self._texts.say_who(agent, self._crew, turn)
        return agent


class Flowing:
    """A flow. It votes in text, if at all: only its steps know which agents it has."""

    def __init__(self, make: Callable[[], Flow[Any]], options: CrewAIOptions) -> None:
        self._make, self._options = make, options
        self._prompt = options.input or "prompt"
        self._fields = _fields(make())
        for key, name in (("input", self._prompt), ("output", options.output)):
            if name and self._fields and name not in self._fields:
                hint = f"set `{key}` to one of its fields ({', '.join(sorted(self._fields))})"
                raise ConfigError(f"the flow's state has no `{name}`, its `{key}`", hint=hint)

    def answer(self, turn: Turn) -> str:
        """What the last step gives, or leaves in the state."""
        flow = flow_for_a_turn(self._make())
        given = {TASK: turn.task.text, self._prompt: turn.prompt, **self._options.inputs}
        result = flow.kickoff({name: given[name] for name in given.keys() & (self._fields or given.keys())})
        if isinstance(result, HumanFeedbackPending):
            raise TurnError("the flow waits for feedback that comes later", hint="let its provider wait for a person")
        if name := self._options.output:
            result = getattr(flow.state, name) if self._fields else flow.state.get(name)
        if result is None:
            hint = "let its last step return the answer, or set `output` to the field of its state that holds it"
            raise TurnError("the flow ended without an answer", hint=hint)
        return _text(result)

    def decider(self, _turn: Turn) -> None:
        """Nobody."""


def _fields(flow: Flow[Any]) -> set[str]:
    """The fields of a flow's state; none: it takes any."""
    return set() if isinstance(flow.state, dict) else set(type(flow.state).model_fields)


def _text(result: Any) -> str:
    """What a step gives as text: what an agent or a crew said in it, or JSON where it has structure."""
    raw = getattr(result, "raw", None)
    return raw if isinstance(raw, str) else as_text(to_jsonable_python(result, fallback=str))
