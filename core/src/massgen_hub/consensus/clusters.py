"""Equal answers are one candidate: the clusters they make."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .canonical import CANONICAL
from .draw import digest, draw
from .settings import AnswerForm


@dataclass(frozen=True, kw_only=True)
class Given:
    """An answer that an agent gave in a round, and the cluster that it belongs to."""

    agent: str
    round: int
    text: str
    cluster: str
    files: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A cluster of equal answers. `text` is the member shown and delivered, `agent` its author."""

    id: str
    text: str
    agent: str
    files: tuple[str, ...]
    members: tuple[Given, ...]

    @property
    def authors(self) -> tuple[str, ...]:
        """The agents that gave this answer, each once, in order."""
        return tuple(dict.fromkeys(member.agent for member in self.members))


def cluster_id(text: str, form: AnswerForm, key: str | None = None) -> str:
    """The name of the cluster that an answer belongs to. Answers are equal where their canonical forms, or the keys
    that the user's extractor found, are: so equality is transitive."""
    return digest(CANONICAL[form](text) if key is None else f"key\n{key}")


def clusters(given: Iterable[Given], seed: int) -> dict[str, Candidate]:
    """The candidates by id. Which member speaks for a cluster is drawn from the seed and the members' texts."""
    groups: dict[str, list[Given]] = {}
    for one in given:
        groups.setdefault(one.cluster, []).append(one)
    return {name: _candidate(name, groups[name], seed) for name in sorted(groups)}


def _candidate(name: str, members: list[Given], seed: int) -> Candidate:
    members.sort(key=lambda one: (one.round, one.agent))
    speaker = min(members, key=lambda one: (draw(seed, name, one.text), one.round, one.agent))
    return Candidate(id=name, text=speaker.text, agent=speaker.agent, files=speaker.files, members=tuple(members))
