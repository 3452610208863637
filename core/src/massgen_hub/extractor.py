"""The user's own function that says what makes answers equal: `answer: my_module:function` in a config."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from inspect import iscoroutinefunction
from numbers import Real
from typing import Any

from .config import Config
from .errors import ConfigError
from .targets import resolve

Extractor = Callable[[str], str | None]


def extractor_of(config: Config, target: str) -> Extractor | None:
    """The function `target` of a config, or None where it names none.

    It takes the text of an answer and returns what is compared instead: a text, a number (by its value: 1 is 1.0), or
    None for the text itself. It runs in the event loop and should be quick. Raises `ConfigError` where there is no
    such function.
    """
    if not target:
        return None
    try:
        function = resolve(target, folders=[str(config.folder)])
    except ConfigError as failure:
        raise _error(config, failure.message, failure.hint) from failure
    if not callable(function):
        what = f"`{target}` is a `{type(function).__name__}`, not a function"
        raise _error(config, what, "it takes the text of an answer and returns what is compared")
    if iscoroutinefunction(function) or iscoroutinefunction(getattr(function, "__call__", None)):  # noqa: B004
        raise _error(
            config, f"`{target}` is asynchronous", "write it with `def`: what makes answers equal waits for nothing"
        )
    return lambda text: _key(function(text))


def _key(found: Any) -> str | None:
    """What is compared, as a text. Raises TypeError or ValueError for what cannot be."""
    if found is None or isinstance(found, str):
        return found
    if isinstance(found, (Real, Decimal)) and not isinstance(found, bool):
        return str(Fraction(str(found)))
    raise TypeError(f"it returned a `{type(found).__name__}`, not a text, a number or None")


def _error(config: Config, what: str, hint: str) -> ConfigError:
    return ConfigError(f"{config.source}: consensus.answer: {what}", hint=hint)
