"""From what an agent said to what it decided. The only place where a ballot is made.

A reply may carry native arguments, or text with a JSON object anywhere in it, fenced or not: a strict parse first, a
tolerant one second. What is invalid is refused with a reason, and the same turn is asked once more.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..consensus import Abstention, Answer, Ballot, Decision, Refusal
from ..consensus.decisions import Channel
from ..consensus.rules import Need
from ..contract import JSON, Kind, Reply
from .objects import json_objects
from .schema import LONGEST_REASON

# A prefix that went on over lines would be looked at again from each of them.
LABELLED = re.compile(
    r"^(?:[^\S\n]|[*_#>-])*+(?:my )?(?:vote|ranking|approved)[*_ ]*[:=]\s*(?P<labels>[^\n]+)$",
    re.IGNORECASE | re.MULTILINE,
)
ALONE = re.compile(r"^\W*(?P<labels>[A-Z]{1,2}(?:\s*[>,]\s*[A-Z]{1,2})*)\W*$")
FIELDS: Mapping[Need, tuple[str, ...]] = {
    "ranking": ("ranking", "vote"),
    "choice": ("ranking", "vote"),
    "approval": ("approved", "vote"),
    "score": ("scores",),
}
"""Where a ballot says what a rule needs; the first is the one that is asked for."""
SHOWN = 5
"""Unknown labels that a refusal repeats: it is quoted in the next prompt."""


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What a turn may hold: for which need, over which labels (to candidates), and whether with a veto."""

    kind: Kind
    labels: Mapping[str, str]
    need: Need
    veto: bool = False


def read(kind: Kind, reply: Reply, labels: Mapping[str, str], need: Need, *, veto: bool = False) -> Decision:
    """The decision in a reply to a turn of this kind. `labels` maps what the agent saw to candidates."""
    if kind in ("draft", "present"):
        return _draft(reply)
    expected = Expected(kind=kind, labels=labels, need=need, veto=veto)
    found = [decision for decision in _decisions(reply, expected) if _allowed(decision, kind)]
    valid = [decision for decision in found if not isinstance(decision, Refusal)]
    ballots = [_voice(decision) for decision in valid if isinstance(decision, Ballot)]
    if any(ballot != ballots[0] for ballot in ballots):
        return Refusal(why="it holds two different votes; give one")
    if valid:
        return valid[0]
    return next(iter(found), Refusal(why=_nothing(expected)))


def _voice(ballot: Ballot) -> tuple[object, ...]:
    """What a ballot says, whatever its reason and channel."""
    return ballot.ranking, frozenset(ballot.approved), dict(ballot.scores), frozenset(ballot.veto)


def _draft(reply: Reply) -> Decision:
    for arguments in _native(reply.data):
        if isinstance(arguments.get("answer"), str) and arguments["answer"].strip():
            return Answer(text=arguments["answer"], channel="native")
    if reply.text.strip():
        return Answer(text=reply.text)
    return Refusal(why="it is empty")


def _allowed(decision: Decision, kind: Kind) -> bool:
    return kind == "decide" or not isinstance(decision, Answer)


def _decisions(reply: Reply, expected: Expected) -> Iterator[Decision]:
    """Everything in a reply that reads as a decision, valid or not, best channel first."""
    found = False
    for arguments, channel in _objects(reply):
        decision = _decision(arguments, channel, expected)
        if decision is not None:
            found = True
            yield decision
    if found or expected.need == "score":
        return
    match = LABELLED.search(reply.text) or ALONE.search(reply.text)
    if match and (named := re.findall(r"\w+", match["labels"])):
        yield _ballot({FIELDS[expected.need][0]: named}, "text", expected)


def _objects(reply: Reply) -> Iterator[tuple[Mapping[str, JSON], Channel]]:
    native = list(_native(reply.data))
    for arguments in native:
        yield arguments, "native"
    if not native:
        for value in json_objects(reply.text):
            yield value, "json"


def _native(data: JSON) -> Iterator[Mapping[str, JSON]]:
    for value in data if isinstance(data, (list, tuple)) else [data]:
        if isinstance(value, Mapping) and value:
            yield value


def _decision(arguments: Mapping[str, JSON], channel: Channel, expected: Expected) -> Decision | None:
    if any(arguments.get(field) for field in FIELDS[expected.need]):
        return _ballot(arguments, channel, expected)
    answer = arguments.get("answer")
    if isinstance(answer, str) and answer.strip():
        return Answer(text=answer, channel=channel)
    if arguments.get("abstain") is True:
        return Abstention(why=_reason(arguments) or "it abstained")
    return None


def _ballot(arguments: Mapping[str, JSON], channel: Channel, expected: Expected) -> Decision:
    field = next(name for name in FIELDS[expected.need] if arguments.get(name))
    try:
        veto = _named(arguments.get("veto") or (), "veto", expected.labels) if expected.veto else ()
        choice, named = _choice(arguments[field], field, expected)
    except ValueError as failure:
        return Refusal(why=str(failure))
    return Ballot(
        **choice,
        veto=tuple(expected.labels[name] for name in veto),
        labels=named,
        reason=_reason(arguments)[:LONGEST_REASON],
        channel=channel,
    )


def _choice(value: JSON, field: str, expected: Expected) -> tuple[dict[str, Any], tuple[str, ...]]:
    """What the ballot says of the candidates, and the labels in the same order. Raises ValueError saying what is
    wrong with it."""
    if expected.need == "score":
        scores = _scores(value, expected.labels)
        return {"scores": {expected.labels[name]: score for name, score in scores.items()}}, tuple(scores)
    named = _named(value, field, expected.labels)
    if not named:
        raise ValueError(_nothing(expected))
    kind = "approved" if expected.need == "approval" else "ranking"
    return {kind: tuple(expected.labels[name] for name in named)}, named


def _named(value: JSON, field: str, labels: Mapping[str, str]) -> tuple[str, ...]:
    names = re.split(r"[\s,>]+", value.strip()) if isinstance(value, str) else value
    if not isinstance(names, Sequence) or not all(isinstance(name, str) for name in names):
        raise ValueError(f"`{field}` must be a list of labels")
    cleaned = tuple(map(_label, names))
    _insist_known(cleaned, labels)
    if len(set(cleaned)) < len(cleaned):
        raise ValueError("it ranks an answer twice" if field == "ranking" else "it names an answer twice")
    return cleaned


def _scores(value: JSON, labels: Mapping[str, str]) -> dict[str, float]:
    if not isinstance(value, Mapping):
        raise ValueError("`scores` must be an object of labels and numbers")
    cleaned = [_label(str(name)) for name in value]
    _insist_known(cleaned, labels)
    if missing := sorted(labels.keys() - set(cleaned)):
        raise ValueError(f"it gives no score to {', '.join(missing)}")
    scores = dict(zip(cleaned, map(_score, value.values()), strict=True))
    if len(scores) < len(value):
        raise ValueError("it scores an answer twice")
    return scores


def _score(value: JSON) -> float:
    try:
        number = float(str(value))
    except ValueError:
        number = -1.0
    if not 0 <= number <= 10:
        raise ValueError(f"a score is a number from 0 to 10, not {value!r:.40}")
    return number


def _label(name: str) -> str:
    return name.strip(" .*\"'`[]()").upper()


def _insist_known(names: Sequence[str], labels: Mapping[str, str]) -> None:
    if unknown := [name for name in names if name not in labels]:
        told = ", ".join(f"{name!r:.40}" for name in unknown[:SHOWN])
        more = f" and {len(unknown) - SHOWN} others" if len(unknown) > SHOWN else ""
        raise ValueError(f"there is no answer {told}{more}; the labels are {', '.join(sorted(labels))}")


def _reason(arguments: Mapping[str, JSON]) -> str:
    reason = arguments.get("reason")
    return reason.strip().encode(errors="replace").decode() if isinstance(reason, str) else ""


def _nothing(expected: Expected) -> str:
    known = ", ".join(sorted(expected.labels))
    also = " or an `answer`" if expected.kind == "decide" else ""
    field = FIELDS[expected.need][0]
    return f"it holds no vote; reply with JSON that has {_article(field)} of the labels {known}{also}"


def _article(field: str) -> str:
    return f"a `{field}`" if field == "ranking" else f"`{field}`"
