"""Which runs turned out right: marks beside the records, and what they tell of the agents.

`outcomes.jsonl` lies in the folder of all runs. It is append-only; the last mark of a run counts.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from math import sqrt
from pathlib import Path

from ..codec import from_plain, to_json
from ..consensus import Ballot, Past, State, Vote
from ..consensus.count import count_drafts, deciding
from ..consensus.electorate import KNOWN_OUTCOMES
from ..errors import RecordError
from .lock import unwritable

FILE = "outcomes.jsonl"


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """Whether the answer of a run was right. `at` is Unix time in seconds; `voices` says of each agent whose voice was
    in the decision whether it was right, None where that is not known; `candidates` is the number of answers."""

    run: str
    right: bool
    at: float
    voices: Mapping[str, bool | None]
    candidates: int


def outcome(state: State, run: str, *, right: bool, at: float) -> Outcome:
    """What it says of the agents that the answer of this run was right, or wrong.

    Raises `RecordError` where the run did not come to its end, or gave no answer.
    """
    verdict = state.verdict
    if verdict is None:
        raise RecordError(f"the run {run} did not come to its end: there is nothing to mark", hint="mark another run")
    if verdict.winner is None:
        raise RecordError(f"the run {run} has no answer that could be right or wrong", hint="mark another run")
    voices = {agent: _judged(tops, verdict.winner, right) for agent, tops in sorted(_voices(state).items())}
    return Outcome(run=run, right=right, at=at, voices=voices, candidates=len(state.candidates()))


def _voices(state: State) -> dict[str, tuple[str, ...]]:
    """What each agent put first on its ballot, or, where nobody voted, the answer that it gave first."""
    cast = deciding(state)
    if not cast:
        return {vote.voter: vote.tops for vote in count_drafts(state).votes}
    return {agent: _first(one.ballot) for agent, one in cast.items()}


def _first(ballot: Ballot) -> tuple[str, ...]:
    return Vote(voter="", shown=(), ranking=ballot.ranking, approved=ballot.approved, scores=ballot.scores).tops


def _judged(tops: tuple[str, ...], winner: str, right: bool) -> bool | None:
    """Whether a voice was right. One for several answers at once, or for another than the wrong one, tells nothing."""
    if winner not in tops:
        return False if right else None
    return right if tops == (winner,) else None


def mark(root: Path, one: Outcome) -> None:
    """Add a mark; it replaces an earlier one of the same run. Raises `RecordError` where the file is damaged, and
    `Unwritable` where it cannot be written."""
    outcomes(root)
    path = root / FILE
    try:
        with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600), "r+b") as file:
            content = file.read()
            torn = content[content.rfind(b"\n") + 1 :]
            whole = _is_outcome(torn)
            file.truncate(len(content) if whole else len(content) - len(torn))
            file.write(b"\n" * whole + to_json(one).encode() + b"\n")
    except OSError as failure:
        raise unwritable(path, failure) from failure


def outcomes(root: Path) -> dict[str, Outcome]:
    """The outcomes known, by run. A torn last line, the trace of a crash, is left out; any other damage is a
    `RecordError`."""
    path = root / FILE
    try:
        lines = path.read_bytes().split(b"\n")
    except FileNotFoundError:
        return {}
    except OSError as failure:
        raise RecordError(f"{path} cannot be read: {failure.strerror}", hint="look at its permissions") from failure
    if not _is_outcome(lines[-1]):
        lines.pop()
    found = [_outcome(line, path, number) for number, line in enumerate(lines, 1)]
    return {one.run: one for one in found}


def _is_outcome(line: bytes) -> bool:
    try:
        _outcome(line, Path(), 0)
    except RecordError:
        return False
    return True


def _outcome(line: bytes, path: Path, number: int) -> Outcome:
    try:
        one = from_plain(Outcome, json.loads(line))
        if not isinstance(one.candidates, int) or not {one.right, *one.voices.values()} <= {True, False, None}:
            raise ValueError("a value has another shape")
        return one
    except (ValueError, TypeError, AttributeError) as failure:
        what = f"{path}:{number}: not an outcome: {failure}"
        raise RecordError(what, hint="restore the file from a copy, or take the line out") from failure


def read_past(root: Path, agents: Iterable[str]) -> Past | None:
    """What the marked runs tell of these agents; None where they tell nothing. Agents are known by their names.

    Raises `RecordError` where the marks are damaged.
    """
    names = set(agents)
    told = [one for one in outcomes(root).values() if any(one.voices.get(agent) is not None for agent in names)]
    if not told:
        return None
    tracks = {agent: _track(agent, told) for agent in sorted(names)}
    return Past(
        right={agent: one.known.bit_count() - one.wrong.bit_count() for agent, one in tracks.items()},
        known={agent: one.known.bit_count() for agent, one in tracks.items()},
        correlation=_correlation(list(tracks.values())),
        options=max(2, *(one.candidates for one in told)),
    )


def fewest_known(past: Past, agents: Iterable[str]) -> int:
    """How many outcomes are known of the agent of which the fewest are."""
    return min(past.known.get(agent, 0) for agent in agents)


@dataclass(frozen=True, kw_only=True)
class _Track:
    """In which of the runs, a bit each, an agent is known to have been right or wrong, and in which it was wrong."""

    known: int
    wrong: int


def _track(agent: str, told: Iterable[Outcome]) -> _Track:
    voices = [one.voices.get(agent) for one in told]
    return _Track(
        known=sum(1 << place for place, right in enumerate(voices) if right is not None),
        wrong=sum(1 << place for place, right in enumerate(voices) if right is False),
    )


def _correlation(tracks: Iterable[_Track]) -> float | None:
    """The mean phi coefficient of errors over the pairs that have one."""
    found = [phi for one, other in combinations(tracks, 2) if (phi := _phi(one, other)) is not None]
    return round(sum(found) / len(found), 6) if found else None


def _phi(one: _Track, other: _Track) -> float | None:
    """How far the errors of two agents go together, from -1 to 1; None below 10 common outcomes, and where one of the
    two was always right or always wrong."""
    common = one.known & other.known
    number, both = common.bit_count(), (one.wrong & other.wrong).bit_count()
    first, second = (one.wrong & common).bit_count(), (other.wrong & common).bit_count()
    spread = first * (number - first) * second * (number - second)
    if number < KNOWN_OUTCOMES or not spread:
        return None
    return (number * both - first * second) / sqrt(spread)
