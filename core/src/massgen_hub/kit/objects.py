"""The user's own objects, and what an agent cannot be opened without."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from importlib import import_module
from inspect import Parameter, iscoroutinefunction, signature
from types import ModuleType
from typing import Any

from ..contract import Adapter, Model, Setup, hierarchy
from ..errors import ConfigError, HubError
from ..targets import where
from .threads import in_thread

VARIADIC = (Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD)


def users_agent(target: Any, accepts: tuple[str, ...], model: Model | None, **offered: Any) -> Any:
    """The user's own agent: `target` itself, or what it makes when it is a factory.

    A factory may take `model`, the `massgen_hub.Model` that the config names for this agent, and of what else is
    `offered` what it has parameters for. Raises `ConfigError` where neither is an agent of the framework, and where the
    factory asks for more or fails.
    """
    if hierarchy(target) & set(accepts):
        return target
    if not callable(target):
        raise ConfigError(f"{_named(target)} is no agent of this framework", hint=_expected(accepts))
    made = _made(target, {"model": model, **offered}, accepts)
    if hierarchy(made) & set(accepts):
        return made
    raise ConfigError(f"`{_name(target)}` made {_named(made)}, which is no agent", hint=_expected(accepts))


async def awaited(adapter: Adapter, setup: Setup) -> Setup:
    """The setup with what an async factory of the user's makes, which may take `model`, in the loop that runs now."""
    factory = setup.target
    if not (adapter.accepts and iscoroutinefunction(factory)):
        return setup
    with _telling(factory):
        return replace(setup, target=await _made(factory, {"model": setup.model}, adapter.accepts))


def _made(factory: Callable[..., Any], offered: Mapping[str, Any], accepts: tuple[str, ...]) -> Any:
    """What a factory makes of what it takes. Raises `ConfigError` where it asks for more, or fails."""
    parameters = signature(factory).parameters.values()
    for one in parameters:
        if one.name not in offered and one.default is one.empty and one.kind not in VARIADIC:
            may = " and ".join(f"`{name}`" for name in offered)
            hint = f"{_expected(accepts)}, which may take {may}"
            raise ConfigError(f"`{_name(factory)}` cannot be called: nobody gives it `{one.name}`", hint=hint)
    with _telling(factory):
        return factory(**{one.name: offered[one.name] for one in parameters if one.name in offered})


@contextmanager
def _telling(factory: Any) -> Iterator[None]:
    """What the factory raises is a `ConfigError` that says where."""
    try:
        yield
    except HubError:
        raise
    except Exception as failure:
        what = f"`{_name(factory)}` fails{where(failure)}: {type(failure).__name__}: {failure}"
        raise ConfigError(what) from failure


def _name(factory: Any) -> str:
    return getattr(factory, "__qualname__", type(factory).__qualname__)


def _named(value: Any) -> str:
    """What something is, with its package: several frameworks have an `Agent`."""
    kind = type(value)
    return f"a `{kind.__qualname__}`" if kind.__module__ == "builtins" else f"a `{_package(kind)}.{kind.__qualname__}`"


def _package(kind: type) -> str:
    return kind.__module__.partition(".")[0]


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
