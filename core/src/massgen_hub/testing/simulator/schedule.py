"""A schedule: one run and all that will go wrong in it, drawn from a seed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from random import Random
from typing import Literal, TypeVar

from ...consensus import Electorate, ProtocolSpec, Rule, RunStarted, Settings
from ...contract import Task
from ...plugins import BUILTIN, Registry, installed
from .agents import NAMES, Character, draw_character

T = TypeVar("T")

RUN = "simulated"
PANELS = (1, 1, 2, 2, 3, 3, 3, 3, 4, 4, 5, 5, 6, 7, 8, 9)
TASK = Task(text="What is it?")

What = Literal["nothing", "cancel", "stop", "disk_full", "kill"]
Present = Literal["verbatim", "winner", "synthesize"]


@dataclass(frozen=True, kw_only=True)
class Outside:
    """What happens to the run from outside: its task is cancelled, it is told to stop, its record cannot be written
    any more, or its process is killed and the run resumed. When: before a `step` of the loop, or after so many virtual
    `seconds`; or at these decisive `events`, counted in each life from 0."""

    what: What = "nothing"
    step: int | None = None
    seconds: float | None = None
    events: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """One run. `order` is how the agents are registered; `timeout` is for the whole run, in seconds."""

    seed: int
    protocol: ProtocolSpec
    rule: Rule
    settings: Settings
    characters: tuple[Character, ...]
    order: tuple[str, ...]
    timeout: float | None
    outside: Outside

    @property
    def start(self) -> RunStarted:
        """How the run begins."""
        agents = dict.fromkeys(self.order, "simulated")
        return RunStarted(run=RUN, task=TASK.text, agents=agents, seed=self.seed, settings=self.settings)


@cache
def _registry() -> Registry:
    return Registry([point for point in installed() if point.name == BUILTIN])


def draw_schedule(
    seed: int, protocol: ProtocolSpec | str | None = None, rule: Rule | str | None = None, order: int = 0
) -> Schedule:
    """The schedule of a seed. `protocol` and `rule` are drawn too unless given, by name or as they are; the agents are
    registered in another order for another `order`, and nothing else differs."""
    rng = Random(f"schedule {seed}")
    protocols, rules = _registry().protocols, _registry().rules
    named_protocol, named_rule = rng.choice(sorted(protocols)), rng.choice(sorted(rules))
    chosen = _chosen(protocols, protocol or named_protocol)
    counted = _chosen(rules, rule or named_rule)
    names = sorted(rng.sample(NAMES, rng.choice(PANELS)))
    settings = _draw_settings(rng, names)
    characters = tuple(draw_character(rng, name) for name in names)
    timeout = rng.choice((3.0, 20.0, 60.0)) if rng.random() < 0.3 else None
    outside = _draw_outside(rng)
    Random(order).shuffle(names)
    return Schedule(
        seed=seed,
        protocol=chosen,
        rule=counted,
        settings=replace(settings, protocol=chosen.name, rule=counted.name),
        characters=characters,
        order=tuple(names),
        timeout=timeout,
        outside=outside,
    )


def _chosen(known: Mapping[str, T], wanted: T | str) -> T:
    return known[wanted] if isinstance(wanted, str) else wanted


def _draw_settings(rng: Random, names: Sequence[str]) -> Settings:
    electorate = _draw_electorate(rng, names)
    voters = len(electorate.voters(names))
    present: Present = rng.choice(("verbatim", "verbatim", "winner", "synthesize"))
    return Settings(
        gate=rng.choice(("majority", "majority", "plurality", "off", "off")),
        answer=rng.choice(("text", "text", "choice", "number", "json", "code")),
        refine=rng.choice((0, 1, 1, 2)),
        electorate=electorate,
        quorum=rng.randint(1, voters) if rng.random() < 0.3 else None,
        threshold=rng.choice((0.5, 2 / 3, 1.0)) if rng.random() < 0.2 else None,
        lead=rng.randint(1, 3) if rng.random() < 0.15 else None,
        show=rng.choice((2, 3, 12, 12)),
        present=present,
        presenter=rng.choice(names) if present == "synthesize" else "",
    )


def _draw_electorate(rng: Random, names: Sequence[str]) -> Electorate:
    """Mostly everybody counts once; else some voices weigh more, advise, may rule out, or one of them judges."""
    luck = rng.random()
    if luck < 0.08:
        return Electorate(weights={name: rng.choice((0.5, 1.0, 2.0)) for name in names})
    if luck < 0.16:
        return Electorate(veto=(rng.choice(names),))
    if luck < 0.22 and len(names) > 1:
        return Electorate(advisory=(rng.choice(names),))
    if luck < 0.28 and len(names) > 1:
        return Electorate(judge=rng.choice(names))
    return Electorate()


def _draw_outside(rng: Random) -> Outside:
    what: What = rng.choice(("nothing",) * 5 + ("cancel", "stop", "disk_full", "kill"))
    if what in ("disk_full", "kill"):
        times = rng.choice((1, 1, 2)) if what == "kill" else 1
        return Outside(what=what, events=tuple(rng.randrange(25) for _ in range(times)))
    if what == "nothing":
        return Outside()
    if rng.random() < 0.5:
        return Outside(what=what, step=rng.randint(1, 80))
    return Outside(what=what, seconds=round(rng.expovariate(0.15), 1))
