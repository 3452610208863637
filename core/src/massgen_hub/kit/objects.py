"""The user's own objects, and what an agent cannot be opened without."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial
from importlib import import_module
from inspect import signature
from types import ModuleType
from typing import Any

from ..contract import Model, Setup, hierarchy
from ..errors import ConfigError
from .threads import in_thread


def users_agent(target: Any, accepts: tuple[str, ...], model: Model | None, **offered: Any) -> Any:
    """The user's own agent: `target` itself, or what it makes when it is a factory.

    A factory may take `model`, the `massgen_hub.Model` that the config names for this agent, and of what else is
    `offered` what it has parameters for. Raises `ConfigError` where neither is an agent of the framework.
    """
    if hierarchy(target) & set(accepts):
        return target
    if callable(target):
        offered = {"model": model, **offered}
        made = target(**{name: offered[name] for name in signature(target).parameters if name in offered})
        if hierarchy(made) & set(accepts):
            return made
        raise ConfigError(f"the factory made a `{type(made).__name__}`, which is no agent", hint=_expected(accepts))
    raise ConfigError(f"a `{type(target).__name__}` is no agent of this framework", hint=_expected(accepts))


def _expected(accepts: tuple[str, ...]) -> str:
    return f"give an instance of {' or '.join(f'`{name}`' for name in accepts)}, or a factory of one"


def models_of(setup: Setup) -> Model:
    """The model of an agent that the options describe. Raises `ConfigError` where the config names none."""
    if setup.model is None:
        hint = "add `model: PROVIDER/NAME` to its entry, or `agent: module:attribute` that brings its own"
        raise ConfigError(f"agent `{setup.agent}` needs a model", hint=hint)
    return setup.model


def refuse_idle(options: Any, allowed: Collection[str], *, existing: bool) -> None:
    """Raise `ConfigError` where an option was given that has no effect on the user's own object, or on any other."""
    idle = sorted(options.model_fields_set - set(allowed))
    if not idle:
        return
    what = f"`{idle[0]}` has no effect on " + ("an agent of your own" if existing else "an agent made from options")
    hint = "set it where the agent is made" if existing else "name an agent with `agent: module:attribute`"
    raise ConfigError(what, hint=f"{hint}, or remove it here")


async def imported(module: str, package: str) -> ModuleType:
    """A module of an adapter, such as `".driving"`, which imports its framework while other agents go on."""
    return await in_thread(partial(import_module, module, package), f"import {package}{module}")
