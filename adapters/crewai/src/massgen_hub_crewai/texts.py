"""How the hub's prompt reaches a crew: in the place of a placeholder, or at the end of the first task."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import takewhile
from typing import Any

from crewai import Agent, Crew, Task
from massgen_hub.contract import Turn
from massgen_hub.errors import ConfigError

from .braces import inert
from .options import CrewAIOptions

PLACEHOLDER = re.compile(r"\{([A-Za-z_][\w-]*)}")
OF_TASKS, OF_AGENTS = ("description", "expected_output", "output_file"), ("role", "goal", "backstory")
TASK = "task"
"""Stands for the user's own words."""


class Texts:
    """The texts of a crew, with placeholders to fill in. Raises `ConfigError` for one that nobody fills."""

    def __init__(self, crew: Crew, options: CrewAIOptions) -> None:
        self._prompt, self._inputs = options.input or "prompt", options.inputs
        self._named = _named(crew.tasks, OF_TASKS) | _named(crew.agents, OF_AGENTS)
        if options.input and options.input not in self._named:
            raise ConfigError(f"no text of the crew names `{{{options.input}}}`, its `input`", hint=_names(self._named))
        if not crew.before_kickoff_callbacks:
            self._checked({self._prompt: "", TASK: "", **self._inputs})
        self._is_named = self._prompt in _named(crew.tasks, OF_TASKS)

    def put(self, crew: Crew, turn: Turn) -> dict[str, Any]:
        """Make the crew of a turn ready for the prompt; gives the inputs to start it with."""
        if not self._is_named:
            for task in _first(crew.tasks):
                task.description = f"{task.description}\n\n{inert(turn.prompt)}"
        for agent in crew.agents:
            self._own_words(agent)
        crew.before_kickoff_callbacks = [*crew.before_kickoff_callbacks, self._checked]
        return self._filled(turn)

    def say_who(self, agent: Agent, crew: Crew, turn: Turn) -> None:
        """Fill in who an agent of the crew is, without the crew."""
        self._own_words(agent)
        inputs = self._filled(turn)
        if not _named([agent], OF_AGENTS) <= inputs.keys():
            for prepare in crew.before_kickoff_callbacks:
                inputs = prepare(inputs) or inputs
        agent.interpolate_inputs(inputs)

    def _own_words(self, agent: Agent) -> None:
        """Who an agent is does not depend on the answers of others: there the prompt is the user's own words."""
        for text in OF_AGENTS:
            setattr(agent, text, getattr(agent, text).replace(f"{{{self._prompt}}}", f"{{{TASK}}}"))

    def _filled(self, turn: Turn) -> dict[str, Any]:
        """What placeholders stand for in a turn."""
        return {TASK: inert(turn.task.text), self._prompt: inert(turn.prompt), **self._inputs}

    def _checked(self, inputs: dict[str, Any]) -> dict[str, Any]:
        """The inputs, if they are all that the texts name."""
        if open_ := sorted(self._named - inputs.keys()):
            hint = f"say `input: {open_[0]}` for the hub's prompt, or `inputs: {{{open_[0]}: ...}}` for anything else"
            raise ConfigError(f"a text of the crew names `{{{open_[0]}}}`, which nobody fills in", hint=hint)
        return inputs


def _named(parts: Iterable[Any], texts: Iterable[str]) -> set[str]:
    """The placeholders in texts of agents or tasks."""
    found = (getattr(part, f"_original_{text}") or getattr(part, text) or "" for part in parts for text in texts)
    return {name for text in found for name in PLACEHOLDER.findall(text)}


def _names(named: set[str]) -> str:
    listed = ", ".join(f"`{{{name}}}`" for name in sorted(named))
    return f"they name {listed}" if named else "leave it out: the prompt then follows the text of the first task"


def _first(tasks: list[Task]) -> list[Task]:
    """The task that the others build on, or those that begin side by side."""
    return list(takewhile(lambda task: task.async_execution, tasks)) or tasks[:1]
