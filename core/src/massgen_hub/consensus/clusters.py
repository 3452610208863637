"""Equal answers are one candidate: canonical forms, and the clusters they make."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from .draw import digest, draw
from .settings import AnswerForm


@dataclass(frozen=True, kw_only=True)
class Given:
    """An answer that an agent gave in a round."""

    agent: str
    round: int
    text: str
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


def cluster_id(text: str, form: AnswerForm) -> str:
    """The name of the cluster that an answer belongs to: equal canonical forms, equal names."""
    return digest(CANONICAL[form](text))


def clusters(given: Iterable[Given], form: AnswerForm, seed: int) -> dict[str, Candidate]:
    """The candidates by id. Which member speaks for a cluster is drawn from the seed and the members' texts."""
    groups: dict[str, list[Given]] = {}
    for one in given:
        groups.setdefault(cluster_id(one.text, form), []).append(one)
    return {name: _candidate(name, groups[name], seed) for name in sorted(groups)}


def _candidate(name: str, members: list[Given], seed: int) -> Candidate:
    members.sort(key=lambda one: (one.round, one.agent))
    speaker = min(members, key=lambda one: (draw(seed, name, one.text), one.round, one.agent))
    return Candidate(id=name, text=speaker.text, agent=speaker.agent, files=speaker.files, members=tuple(members))


def canonical_text(text: str) -> str:
    """Compatibility characters, case, white space and a closing full stop do not tell answers apart."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split()).rstrip(" .!")


CHOICE = re.compile(r"\b(?:answer|option|choice)\b\W*(?:is\W*)?\(?([a-z])\)?(?![a-z])|^\W*([a-z])\W*$", re.I | re.M)
NUMBER = re.compile(r"-?\d[\d,]*(?:\.\d+)?(?:[eE][+-]?\d+)?")
FENCE = re.compile(r"```[\w+-]*\n(.*?)```", re.S)


def canonical_choice(text: str) -> str:
    """The letter chosen: the last one after a word like `answer`, or alone on its line."""
    found = [first or second for first, second in CHOICE.findall(text)]
    return f"choice {found[-1].upper()}" if found else canonical_text(text)


def canonical_number(text: str) -> str:
    """The last number in the text, whatever its notation."""
    found = NUMBER.findall(text)
    return f"number {float(found[-1].replace(',', '')):.12g}" if found else canonical_text(text)


def canonical_json(text: str) -> str:
    """The JSON value, fenced or bare, without regard to white space and the order of keys."""
    fenced = FENCE.search(text)
    try:
        return f"json {json.dumps(json.loads(fenced[1] if fenced else text), sort_keys=True)}"
    except (ValueError, RecursionError):
        return canonical_text(text)


def canonical_code(text: str) -> str:
    """The code blocks without blank lines and trailing white space; indentation counts."""
    blocks = FENCE.findall(text) or [text]
    lines = [line.rstrip() for block in blocks for line in block.splitlines() if line.strip()]
    return "code " + "\n".join(lines)


CANONICAL: Mapping[AnswerForm, Callable[[str], str]] = {
    "text": canonical_text,
    "choice": canonical_choice,
    "number": canonical_number,
    "json": canonical_json,
    "code": canonical_code,
}
