"""Rules: from ballots to a tally. Pure functions over what voters were shown and what they made of it."""

from .additive import APPROVAL, BORDA, PLURALITY, SCORE
from .base import EPSILON, Axiom, Need, Rule, Tally, Vote, tally
from .flips import fewest_flips
from .pairwise import COPELAND, MINIMAX, SCHULZE
from .runoff import IRV

RULES = (PLURALITY, APPROVAL, BORDA, COPELAND, MINIMAX, SCHULZE, IRV, SCORE)
"""What the core brings."""

__all__ = [
    "APPROVAL",
    "BORDA",
    "COPELAND",
    "EPSILON",
    "IRV",
    "MINIMAX",
    "PLURALITY",
    "RULES",
    "SCHULZE",
    "SCORE",
    "Axiom",
    "Need",
    "Rule",
    "Tally",
    "Vote",
    "fewest_flips",
    "tally",
]
