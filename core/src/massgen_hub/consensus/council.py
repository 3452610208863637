"""Drafts, anonymous rankings, a chairman's synthesis: the shape of Karpathy's LLM Council, with honest ballots."""

from __future__ import annotations

from dataclasses import replace

from .protocol import Protocol, ProtocolSpec
from .rounds import Rounds
from .rules import Rule
from .settings import Settings


def _council(settings: Settings, rule: Rule) -> Protocol:
    """Everybody ranks once, whatever the drafts; then the answer is written up, by the agent that `present` names or
    else by the author of the winner."""
    present = "winner" if settings.present == "verbatim" else settings.present
    return Rounds(replace(settings, gate="off", refine=0, present=present), rule)


COUNCIL = ProtocolSpec(
    name="council",
    summary="Draft alone, rank once, then one agent writes the answer up having seen all.",
    make=_council,
)
