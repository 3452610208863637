"""Who sees which candidates, under which labels, in which order. Drawn from the seed, balanced over the voters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import count, islice, product
from string import ascii_uppercase

from .draw import shuffled
from .state import Seat, State

Shown = tuple[tuple[str, str], ...]


def exposure(state: State, round_: int) -> dict[str, Shown]:
    """For each live agent the pairs of label and candidate that it is shown now, in the order displayed. `round_` tells
    one exposure from the next, so that the order is drawn anew.

    At most `show` candidates each; each candidate is shown, and shown first, about as often as any other. Labels stay
    with a voter for the whole run and mean something else to every voter.
    """
    order = shuffled(state.candidates(), state.seed, "candidates", round_)
    voters = shuffled((seat.agent for seat in state.live), state.seed, "voters", round_)
    size = min(state.settings.show, len(order))
    firsts: Counter[str] = Counter()
    result = {}
    for place, voter in enumerate(voters):
        block = [order[(place * size + i) % len(order)] for i in range(size)]
        displayed = _displayed(block, firsts, state.seed, voter, round_)
        labels = _labels(state.seats[voter], displayed, state.seed)
        result[voter] = tuple((labels[candidate], candidate) for candidate in displayed)
    return result


def _displayed(block: Sequence[str], firsts: Counter[str], seed: int, voter: str, round_: int) -> list[str]:
    order = shuffled(block, seed, "order", voter, round_)
    first = min(order, key=lambda candidate: firsts[candidate])
    firsts[first] += 1
    return [first, *(candidate for candidate in order if candidate != first)]


def _labels(seat: Seat, candidates: Iterable[str], seed: int) -> Mapping[str, str]:
    new = [candidate for candidate in candidates if candidate not in seat.labels]
    taken = set(seat.labels.values())
    free = (label for label in _alphabet() if label not in taken)
    drawn = shuffled(new, seed, "label", seat.agent)
    return seat.labels | dict(zip(drawn, islice(free, len(new)), strict=True))


def _alphabet() -> Iterable[str]:
    """A, B, ..., Z, AA, AB, ..."""
    return ("".join(letters) for length in count(1) for letters in product(ascii_uppercase, repeat=length))
