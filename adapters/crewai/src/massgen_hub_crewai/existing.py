"""The user's own agents, crews and flows."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial, wraps
from typing import Any

from crewai import Agent, Crew
from crewai.project.wrappers import DecoratedMethod, TaskMethod
from massgen_hub.contract import Setup
from massgen_hub.errors import ConfigError
from massgen_hub.kit import refuse_idle, users_agent

from .agent import HubAgent, Kind
from .kinds import Flowing, Single, Team
from .models import Models
from .opening import ACCEPTS
from .options import CrewAIOptions
from .quiet import print_nothing


@asynccontextmanager
async def opened(options: CrewAIOptions, setup: Setup) -> AsyncIterator[HubAgent]:
    """The user's own, ready for turns. Raises `ConfigError` where the prompt has no place in it."""
    print_nothing()
    make, models = partial(users_agent, _crew_of(setup.target), ACCEPTS, setup.model), Models(setup)
    yield HubAgent(setup.agent, _kind(make, options, models), models)


def _crew_of(target: Any) -> Any:
    """What makes the crew of a class with `@CrewBase`, or of an instance of one; any other target as it is.

    Raises `ConfigError`: a method of such a class, without one.
    """
    if isinstance(target, (DecoratedMethod, TaskMethod)):
        raise ConfigError("a method of a class with `@CrewBase` is no agent", hint="name the class: `module:Class`")
    if not getattr(target, "is_crew_class", False):
        return target
    if not isinstance(target, type):
        return target.crew

    @wraps(target, updated=())
    def crew() -> Any:
        return target().crew()

    return crew


def _kind(make: Callable[[], Any], options: CrewAIOptions, models: Models) -> Kind:
    """A flow is made anew for every turn where the target makes it: it may keep more than its state."""
    found = make()
    if isinstance(found, Agent):
        refuse_idle(options, (), existing=True)
        return Single(found, models)
    if isinstance(found, Crew):
        refuse_idle(options, ("input", "inputs"), existing=True)
        return Team(found, models, options)
    return Flowing(make, options)
