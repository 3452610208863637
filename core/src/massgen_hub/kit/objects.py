"""The user's own objects, and what an agent cannot be opened without."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from inspect import Parameter, iscoroutine, iscoroutinefunction, signature
from types import ModuleType
from typing import Any

from ..contract import Model, Setup, hierarchy
from ..errors import ConfigError, HubError
from ..targets import where
from .threads import in_thread

VARIADIC = (Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD)


def users_agent(
    target: Any, accepts: tuple[str, ...], model: Model | None, *, expected: str = "", **offered: Any
) -> Any:
    """The user's own agent: `target` itself, or what it makes when it is a factory.

    A factory may take `model`, the `massgen_hub.Model` that the config names for this agent, and of what else is
    `offered` what it has parameters for. `expected` says in words what an agent is, where the names of `accepts` do
    not. Raises `ConfigError` where neither is an agent of the framework, and where the factory asks for more or fails.
    """
    factory = _Factory(target, accepts, {"model": model, **offered}, expected)
    return target if factory.is_one(target) else factory.checked(factory.made())


async def awaited_agent(
    target: Any, accepts: tuple[str, ...], model: Model | None, *, expected: str = "", **offered: Any
) -> Any:
    """The same, of a factory that may be an `async` function: it is awaited in the event loop of the agent.

    It has a task of its own: a connection that it opens and loses would cancel the one that opened it.
    """
    factory = _Factory(target, accepts, {"model": model, **offered}, expected)
    if not iscoroutinefunction(target):
        return target if factory.is_one(target) else factory.checked(factory.made())
    with factory.blamed():
        made = await asyncio.create_task(factory.made())
    return factory.checked(made)


class _Factory:
    """What the user named, from which an agent comes."""

    def __init__(self, target: Any, accepts: tuple[str, ...], offered: Mapping[str, Any], expected: str) -> None:
        self._target, self._accepts, self._offered = target, set(accepts), offered
        named = " or ".join(f"`{name}`" for name in accepts)
        self._hint = f"give {expected or f'an instance of {named}'}, or a factory of one"

    def is_one(self, value: Any) -> bool:
        """Whether it is an agent of the framework."""
        return bool(hierarchy(value) & self._accepts)

    def checked(self, made: Any) -> Any:
        """What was made, if it is one."""
        if self.is_one(made):
            return made
        if iscoroutine(made):
            made.close()
            hint = "its adapter calls it without `await`: make the agent in a function that is not `async`"
            raise ConfigError(f"`{self._name}` is async, which a factory cannot be here", hint=hint)
        raise ConfigError(f"`{self._name}` made {_named(made)}, which is no agent", hint=self._hint)

    def made(self) -> Any:
        """What it makes of what it takes. Raises `ConfigError` where it asks for more, or fails."""
        if isinstance(self._target, ModuleType):
            self._refuse_module(self._target)
        if not callable(self._target):
            raise ConfigError(f"{_named(self._target)} is no agent of this framework", hint=self._hint)
        parameters = signature(self._target).parameters.values()
        for one in parameters:
            if one.name not in self._offered and one.default is one.empty and one.kind not in VARIADIC:
                self._refuse(one.name)
        with self.blamed():
            return self._target(
                **{one.name: self._offered[one.name] for one in parameters if one.name in self._offered}
            )

    def _refuse_module(self, module: ModuleType) -> None:
        agent = next((name for name, value in vars(module).items() if self.is_one(value)), "agent")
        hint = f'name what is in it, as in "{module.__name__}:{agent}"'
        raise ConfigError(f"`{module.__name__}` is a module, and no agent", hint=hint)

    def _refuse(self, parameter: str) -> None:
        may = " and ".join(f"`{name}`" for name in self._offered)
        what = f"`{self._name}` cannot be called: nobody gives it `{parameter}`"
        if isinstance(self._target, type) and self._accepts & {
            f"{_package(kind)}.{kind.__qualname__}" for kind in self._target.__mro__
        }:
            what = f"`{self._name}` is a class of agents, and no agent"
        raise ConfigError(what, hint=f"{self._hint}, which may take {may}")

    @contextmanager
    def blamed(self) -> Iterator[None]:
        """Failures of the factory say that they are."""
        try:
            yield
        except HubError:
            raise
        except Exception as failure:
            what = f"`{self._name}` fails{where(failure)}: {type(failure).__name__}: {failure}"
            raise ConfigError(what, hint=self._reason()) from failure

    def _reason(self) -> str:
        """What it may fail for."""
        lacks = self._offered["model"] is None and "model" in signature(self._target).parameters
        return "its entry has no `model:`, so that it was given None for it" if lacks else ""

    @property
    def _name(self) -> str:
        return getattr(self._target, "__qualname__", type(self._target).__qualname__)


def _named(value: Any) -> str:
    """What something is, with its package: several frameworks have an `Agent`."""
    kind = type(value)
    return f"a `{kind.__qualname__}`" if kind.__module__ == "builtins" else f"a `{_package(kind)}.{kind.__qualname__}`"


def _package(kind: type) -> str:
    return kind.__module__.partition(".")[0]


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
