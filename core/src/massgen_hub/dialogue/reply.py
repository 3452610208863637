"""From what an agent said to what it decided. The only place where a ballot is made.

A reply may carry native arguments, or text with a JSON object anywhere in it, fenced or not: a strict parse first, a
tolerant one second. What is invalid is refused with a reason, and the same turn is asked once more.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Mapping, Sequence

from ..consensus import Abstention, Answer, Ballot, Decision, Refusal
from ..consensus.decisions import Channel
from ..contract import JSON, Kind, Reply
from .schema import LONGEST_REASON

LONGEST_OBJECT = 20_000
DECODER = json.JSONDecoder(strict=False)  # a line break inside a string is forgiven
LABELLED = re.compile(
    r"^[\s*_#>-]*(?:my )?(?:vote|ranking)[*_ ]*[:=]\s*(?P<labels>[^\n]+)$", re.IGNORECASE | re.MULTILINE
)
ALONE = re.compile(r"^\W*(?P<labels>[A-Z]{1,2}(?:\s*[>,]\s*[A-Z]{1,2})*)\W*$")


def read(kind: Kind, reply: Reply, labels: Mapping[str, str]) -> Decision:
    """The decision in a reply to a turn of this kind. `labels` maps what the agent saw to candidates."""
    if kind in ("draft", "present"):
        return _draft(reply)
    found = [decision for decision in _decisions(reply, labels) if _allowed(decision, kind)]
    valid = [decision for decision in found if not isinstance(decision, Refusal)]
    rankings = {decision.ranking for decision in valid if isinstance(decision, Ballot)}
    if len(rankings) > 1:
        return Refusal(why="it holds two different votes; give one")
    if valid:
        return valid[0]
    return next(iter(found), Refusal(why=_expected(kind, labels)))


def _draft(reply: Reply) -> Decision:
    for arguments in _native(reply.data):
        if isinstance(arguments.get("answer"), str) and arguments["answer"].strip():
            return Answer(text=arguments["answer"], channel="native")
    if reply.text.strip():
        return Answer(text=reply.text)
    return Refusal(why="it is empty")


def _allowed(decision: Decision, kind: Kind) -> bool:
    return kind == "decide" or not isinstance(decision, Answer)


def _decisions(reply: Reply, labels: Mapping[str, str]) -> Iterator[Decision]:
    """Everything in a reply that reads as a decision, valid or not, best channel first."""
    found = False
    for arguments, channel in _objects(reply):
        decision = _decision(arguments, channel, labels)
        if decision is not None:
            found = True
            yield decision
    if not found and (match := LABELLED.search(reply.text) or ALONE.search(reply.text)):
        yield _ballot(re.findall(r"\w+", match["labels"]), "", "text", labels)


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


def json_objects(text: str) -> Iterator[Mapping[str, JSON]]:
    """Every outermost JSON object in a text, in order. Nearly valid ones (single quotes, trailing commas) count too."""
    position = text.find("{")
    while position != -1:
        try:
            value, end = DECODER.raw_decode(text, position)
        except (ValueError, RecursionError):
            value, end = _tolerant(text, position)
        if isinstance(value, dict):
            yield value
        position = text.find("{", max(end, position + 1))


def _tolerant(text: str, start: int) -> tuple[JSON, int]:
    """The object that starts here, read as a Python literal. Never evaluated; None where it is not one."""
    end = text.find("}", start, start + LONGEST_OBJECT) + 1
    if not end:
        return None, start + 1
    try:
        return ast.literal_eval(text[start:end]), end
    except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
        return None, start + 1


def _decision(arguments: Mapping[str, JSON], channel: Channel, labels: Mapping[str, str]) -> Decision | None:
    reason = arguments.get("reason")
    for key in ("ranking", "vote"):
        if arguments.get(key):
            return _ballot(arguments[key], reason, channel, labels)
    answer = arguments.get("answer")
    if isinstance(answer, str) and answer.strip():
        return Answer(text=answer, channel=channel)
    if arguments.get("abstain") is True:
        return Abstention(why=reason if isinstance(reason, str) else "it abstained")
    return None


def _ballot(ranking: JSON, reason: JSON, channel: Channel, labels: Mapping[str, str]) -> Decision:
    names = re.split(r"[\s,>]+", ranking.strip()) if isinstance(ranking, str) else ranking
    if not isinstance(names, Sequence) or not all(isinstance(name, str) for name in names):
        return Refusal(why="`ranking` must be a list of labels")
    cleaned = tuple(name.strip(" .*\"'`[]()").upper() for name in names)
    unknown = [name for name in cleaned if name not in labels]
    if unknown or not cleaned:
        return Refusal(
            why=f"there is no answer {', '.join(map(repr, unknown))}; the labels are {', '.join(sorted(labels))}"
        )
    if len(set(cleaned)) < len(cleaned):
        return Refusal(why="it ranks an answer twice")
    return Ballot(
        ranking=tuple(labels[name] for name in cleaned),
        labels=cleaned,
        reason=reason.strip()[:LONGEST_REASON] if isinstance(reason, str) else "",
        channel=channel,
    )


def _expected(kind: Kind, labels: Mapping[str, str]) -> str:
    known = ", ".join(sorted(labels))
    also = " or an `answer`" if kind == "decide" else ""
    return f"it holds no vote; reply with JSON that has a `ranking` of the labels {known}{also}"
