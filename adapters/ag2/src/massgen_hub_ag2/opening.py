"""Which generation an agent belongs to, and opening it with that generation alone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from massgen_hub.contract import Agent, Setup, hierarchy
from massgen_hub.errors import ConfigError
from massgen_hub.kit import awaited_agent, imported, in_thread, refuse_idle

from .generations import refuse_two_classics, require_modern
from .options import Ag2Options

CLASSIC = "autogen.ConversableAgent"
MODERN = "ag2.Agent"
# `autogen.Agent` is also a protocol of the classic agents; of `autogen.beta`, only its Agent has this base.
BETA = "autogen.PluginTarget"
PATTERN = "autogen.Pattern"
PAIR = ("builtins.tuple", "builtins.list")
ACCEPTS = (CLASSIC, PATTERN, *PAIR, MODERN, BETA)
EXPECTED = (
    "a `ConversableAgent`, a pair `(user_proxy, assistant)`, a `GroupChatManager` (around its `GroupChat`) or a "
    "`Pattern` of classic AG2, an `Agent` of AG2 1.x (or of `autogen.beta` in 0.14.1)"
)
MANAGER = "autogen.GroupChatManager"


@asynccontextmanager
async def open_agent(options: Ag2Options, setup: Setup) -> AsyncIterator[Agent]:
    """Open the agent that the options describe, or the user's own, with the generation of AG2 that it needs.

    Raises `ConfigError` where there is nothing to open, the options do not fit the user's object, or the generation
    is not installed.
    """
    refuse_two_classics()
    existing = None if setup.target is None else await _existing(options, setup)
    if existing is None and options.group is None:
        refuse_idle(options, Ag2Options.model_fields.keys() - {"voter", "max_rounds"}, existing=False)
    package = _package(options, existing)
    if package == "autogen":
        classic = await imported(".classic", __package__)
        yield await in_thread(partial(classic.opened, options, setup, existing), f"open {setup.agent}")
    else:
        if package == "ag2":
            require_modern()
        modern = await imported(".modern", __package__)
        async with modern.opened(package, options, setup, existing) as agent:
            yield agent


async def _existing(options: Ag2Options, setup: Setup) -> Any:
    agent = await awaited_agent(setup.target, ACCEPTS, setup.model, expected=EXPECTED)
    refuse_idle(options, {"kind", *_told_of(hierarchy(agent))}, existing=True)
    return agent


def _told_of(classes: set[str]) -> tuple[str, ...]:
    """The options that have an effect on an object of these classes."""
    if PATTERN in classes:
        return ("voter", "max_rounds")
    return ("voter",) if MANAGER in classes else ("max_turns",)


def _package(options: Ag2Options, existing: Any) -> str:
    """The package to import: `autogen`, `autogen.beta` or `ag2`."""
    if existing is None:
        return "ag2" if options.kind == "agent" else "autogen"
    classes = hierarchy(existing)
    if not classes & {CLASSIC, PATTERN, *PAIR}:
        return "autogen.beta" if BETA in classes else "ag2"
    if options.kind == "agent":
        raise ConfigError(
            "`kind: agent` promises an agent of AG2 1.x, and this one is classic",
            hint="leave `kind` out: then the hub gives it a process that it can end",
        )
    return "autogen"
