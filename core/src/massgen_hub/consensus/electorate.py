"""Who may vote, and how much a voice counts: weights, vetoes, advisory voices, a judge. Rules know nothing of it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

KNOWN_OUTCOMES = 10
"""Weights and standings are learned from at least so many outcomes of an agent; fewer say too little."""


@dataclass(frozen=True, kw_only=True)
class Electorate:
    """Everybody counts once, unless this says otherwise.

    `weights` are how often a voice counts. `advisory` agents answer and cast ballots that are recorded and not
    counted. `veto` holders may rule candidates out. Where there is a `judge`, it gives no answer of its own and its
    ballot alone decides; nobody else is asked to vote.
    """

    weights: Mapping[str, float] = field(default_factory=dict)
    advisory: tuple[str, ...] = ()
    veto: tuple[str, ...] = ()
    judge: str = ""

    def weight(self, agent: str) -> float:
        """How often the voice of an agent counts."""
        return self.weights.get(agent, 1.0)

    def voices(self, agents: Iterable[str]) -> tuple[str, ...]:
        """Those of the agents whose answers and first choices say how much agreement there is."""
        return tuple(agent for agent in agents if agent not in self.advisory)

    def drafters(self, agents: Iterable[str]) -> tuple[str, ...]:
        """Those who are asked for an answer."""
        return tuple(agent for agent in agents if agent != self.judge)

    def voters(self, agents: Iterable[str]) -> tuple[str, ...]:
        """Those whose ballots are counted."""
        return (self.judge,) if self.judge else self.voices(agents)


@dataclass(frozen=True, kw_only=True)
class Past:
    """What is known of earlier runs: in how many of `known` each agent was `right`, how far their errors go together
    (`correlation`, the mean phi coefficient over pairs; None: unknown), and the largest number of different answers
    seen to one question (`options`)."""

    right: Mapping[str, int] = field(default_factory=dict)
    known: Mapping[str, int] = field(default_factory=dict)
    correlation: float | None = None
    options: int = 2

    def accuracy(self, agent: str) -> float | None:
        """The share of right outcomes, shrunk towards one half as if one of each had been seen before (Laplace's rule
        of succession); None below 10 known outcomes."""
        known = self.known.get(agent, 0)
        return (self.right.get(agent, 0) + 1) / (known + 2) if known >= KNOWN_OUTCOMES else None

    def weights(self, agents: Iterable[str]) -> dict[str, float]:
        """Log-odds weights log((K - 1) p / (1 - p)) for K options, floored at 0.01 (Nitzan and Paroush 1982); all are 1
        until every agent has 10 known outcomes."""
        found = {agent: self.accuracy(agent) for agent in agents}
        if not all(found.values()):
            return dict.fromkeys(found, 1.0)
        odds = {agent: p / (1 - p) for agent, p in found.items() if p}
        return {agent: round(max(0.01, math.log((self.options - 1) * each)), 6) for agent, each in odds.items()}

    def effective_voters(self, voters: int) -> float | None:
        """How many independent voters so many correlated ones are worth: n / (1 + (n - 1) phi) (Kish's design effect);
        None where the correlation is unknown."""
        if self.correlation is None or not voters:
            return None
        return round(voters / (1 + (voters - 1) * max(0.0, self.correlation)), 2)

    def best(self, agents: Iterable[str]) -> str | None:
        """The agent that was right most often, if the outcomes single one out."""
        known = {agent: p for agent in agents if (p := self.accuracy(agent)) is not None}
        top = [agent for agent, p in known.items() if p == max(known.values())]
        return top[0] if len(top) == 1 and len(known) > 1 else None
