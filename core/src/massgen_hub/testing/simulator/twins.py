"""What must be true of two runs of the same schedule."""

from __future__ import annotations

from .history import History, Violation


def same_seed_same_history(one: History, other: History) -> str:
    """A violation can be replayed: the same seed gives the same events, in every process of one version of Python."""
    return "" if one.fingerprint == other.fingerprint else f"{one.fingerprint} and {other.fingerprint}"


def winner_does_not_depend_on_registration(one: History, other: History) -> str:
    """The order in which a config lists the agents decides nothing, least of all a tie."""
    return "" if _told(one) == _told(other) else f"{_told(one)} with {one.schedule.order}, {_told(other)} else"


def _told(history: History) -> str:
    verdict = history.verdict
    won = f"{verdict.winner}: {verdict.answer!r:.60}" if verdict else ""
    return f"{history.outcome} {won}"


def check_twins(history: History, again: History, reordered: History) -> list[Violation]:
    """Compare a run with the same one played again, and with one whose agents were registered in another order."""
    found = {
        same_seed_same_history.__name__: same_seed_same_history(history, again),
        winner_does_not_depend_on_registration.__name__: winner_does_not_depend_on_registration(history, reordered),
    }
    return [Violation(name, history.schedule.seed, what) for name, what in found.items() if what]
