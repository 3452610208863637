"""A simulated agent: what it does depends on the seed, its name and the turn, and on nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from ...contract import Host, Reply, Turn
from .faults import FAULTS, nothing
from .world import Scene, World

NAMES = ("ada", "bob", "cyd", "dan", "eve", "fay", "gus", "hal", "ivy")
CHEAP = tuple(sorted(FAULTS.keys() - {"too_much_data", "too_deep"}))
"""Faults that may be met in every turn of a schedule; the others take real time and are drawn seldom."""


@dataclass(frozen=True, kw_only=True)
class Character:
    """How likely a turn of an agent goes wrong, and by which faults. `timeout` is in seconds a turn."""

    name: str
    rate: float = 0.0
    faults: Sequence[str] = CHEAP
    timeout: float = 30.0
    stoppable: bool = True


class Actor:
    """An agent that plays its character."""

    def __init__(self, character: Character, world: World) -> None:
        self._character, self._world = character, world

    async def __call__(self, turn: Turn, host: Host) -> Reply | str:
        """Answer the turn, or not."""
        rng = Random(f"{self._world.seed} {turn.agent} {turn.round} {turn.attempt}")
        wrong = rng.random() < self._character.rate
        name = rng.choice(self._character.faults) if wrong else "nothing"
        self._world.met[name] += 1
        with self._world.visit(turn.agent):
            reply: Reply | str = await FAULTS.get(name, nothing)(Scene(turn, host, rng, self._world))
        self._world.hear(turn, reply)
        return reply


def draw_character(rng: Random, name: str) -> Character:
    """Half of the agents are honest, the others fail now and then, or nearly always, or always in the same way."""
    timeout = rng.choice((5.0, 30.0, 30.0, 300.0))
    luck = rng.random()
    if luck < 0.45:
        return Character(name=name, timeout=timeout)
    if luck < 0.7:
        return Character(name=name, timeout=timeout, rate=0.3, stoppable=rng.random() < 0.8)
    if luck < 0.8:
        return Character(name=name, timeout=timeout, rate=0.9, stoppable=rng.random() < 0.8)
    always = rng.choice(sorted(FAULTS) if rng.random() < 0.05 else CHEAP)
    return Character(name=name, timeout=timeout, rate=rng.choice((0.5, 1.0)), faults=(always,))
