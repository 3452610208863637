"""`type: scripted`: an agent that says what it is told to. For tests, examples and simulations."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from typing import Literal

from pydantic import Field

from ..codec import to_json
from ..contract import JSON, Adapter, Agent, Host, Reply, Setup, Traits, Turn
from ..options import Options
from .ballots import ballot_for, fields_of


class ScriptedOptions(Options):
    """`answer` is the draft; `votes` says how it ranks: the texts it prefers come first, then the rest as displayed.

    Where approvals are asked for it approves those; scores fall from 10 in the same order. `vetoes` are the texts it
    rules out where it may. `refines` is a better answer, submitted once when the turn allows it. `replies` overrides
    everything: the raw texts to say, one a turn, the last one again and again. `seconds` is how long each turn takes.
    """

    answer: str = "I have no idea."
    votes: tuple[str, ...] = ()
    vetoes: tuple[str, ...] = ()
    reason: str = ""
    refines: str = ""
    replies: tuple[str, ...] = ()
    seconds: float = Field(default=0.0, ge=0)
    fails: Literal["never", "draft", "vote", "always"] = "never"


@asynccontextmanager
async def open_scripted(options: ScriptedOptions, _setup: Setup) -> AsyncIterator[Agent]:
    """An agent that follows its script."""
    numbers = count()

    async def agent(turn: Turn, host: Host) -> Reply | str:
        if options.seconds:
            await asyncio.sleep(options.seconds)
        if _fails(options, turn):
            raise RuntimeError("this agent fails, as its script says")
        text = _next(options, next(numbers)) if options.replies else _talk(options, turn)
        host.say(text)
        return text

    yield agent


def _fails(options: ScriptedOptions, turn: Turn) -> bool:
    voting = turn.kind in ("decide", "vote")
    return options.fails == "always" or options.fails == ("vote" if voting else "draft")


def _next(options: ScriptedOptions, number: int) -> str:
    return options.replies[min(number, len(options.replies) - 1)]


def _talk(options: ScriptedOptions, turn: Turn) -> str:
    texts = [one.text for one in turn.shown]
    if turn.kind in ("draft", "present"):
        return options.answer
    if turn.kind == "decide" and options.refines and options.refines not in texts:
        return to_json({"answer": options.refines})
    return to_json({"reason": options.reason, **_ballot(options, turn)})


def _ballot(options: ScriptedOptions, turn: Turn) -> dict[str, JSON]:
    """What the script prefers, in the form that the turn asks for."""
    ordered = sorted(turn.shown, key=lambda one: _preference(options, one.text))
    labels = [one.label for one in ordered]
    good = [one.label for one in ordered if one.text in options.votes]
    ruled_out = [one.label for one in ordered if one.text in options.vetoes]
    veto: dict[str, JSON] = {"veto": ruled_out} if "veto" in fields_of(turn) else {}
    return {**ballot_for(turn, labels, good or labels[:1]), **veto}


def _preference(options: ScriptedOptions, text: str) -> int:
    return options.votes.index(text) if text in options.votes else len(options.votes)


scripted = Adapter(
    name="scripted",
    summary="Says what its script says; needs no model.",
    options=ScriptedOptions,
    open=open_scripted,
    traits=lambda _: Traits(streams=True),
)
