"""A deterministic simulator: the hub's own runner under a virtual clock, with faulty agents, and what must hold.

`simulate(seed)` plays one run and gives its history; `check(history)` lists the invariants that it broke. To put a
protocol or a rule of your own through it: `simulate(seed, protocol=MY_SPEC, rule=MY_RULE)` for some thousands of seeds.
`python -m massgen_hub.testing.simulator` does that with those of the hub, and tells what it met.
"""

from .clock import Deadlock, VirtualLoop
from .history import History, Life, Violation
from .invariants import INVARIANTS, check
from .simulation import play, simulate

__all__ = ["INVARIANTS", "Deadlock", "History", "Life", "Violation", "VirtualLoop", "check", "play", "simulate"]
