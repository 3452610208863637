"""What the contract's tests saw, as a table. It is made of pytest's own report and never written by hand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from xml.etree import ElementTree as ET

Outcome = Literal["kept", "broken", "excused", "not made"]
ORDER: tuple[Outcome, ...] = ("kept", "not made", "excused", "broken")
NAME = re.compile(r"(?P<promise>\w+)(?:\[(?P<parameters>.*)\])?")
WAYS = ("inline", "worker")


@dataclass(kw_only=True)
class Seen:
    """One promise of one kind of agent: its worst outcome by way (`inline`, `worker`, or empty where it has none)."""

    outcomes: dict[str, Outcome] = field(default_factory=dict)
    reasons: dict[Outcome, set[str]] = field(default_factory=dict)

    @property
    def outcome(self) -> Outcome:
        """Kept where every way that was tried kept it."""
        tried = [outcome for outcome in self.outcomes.values() if outcome != "not made"]
        return max(tried, key=ORDER.index) if tried else "not made"


@dataclass(kw_only=True)
class Kind:
    """One contract class: its promises, and the seconds they took."""

    name: str
    promises: dict[str, Seen] = field(default_factory=dict)
    seconds: float = 0.0

    def count(self, outcome: Outcome) -> int:
        """How many promises had this outcome."""
        return sum(seen.outcome == outcome for seen in self.promises.values())


def kinds(junit: Path, under: Iterable[str] = ()) -> dict[str, Kind]:
    """The contract classes in a report of pytest, by name; `under` are the first parts of their modules' names."""
    found: dict[str, Kind] = {}
    for case in ET.parse(junit).iter("testcase"):  # noqa: S314 - pytest wrote it a moment ago
        *module, name = (case.get("classname") or "").split(".")
        match = NAME.fullmatch(case.get("name") or "")
        if match and name.startswith("Test") and module[: len(list(under))] == list(under):
            kind = found.setdefault(name, Kind(name=name.removeprefix("Test")))
            kind.seconds += float(case.get("time") or 0)
            _add(kind.promises.setdefault(match["promise"], Seen()), case, match["parameters"] or "")
    return found


def _add(seen: Seen, case: ET.Element, parameters: str) -> None:
    way = next((way for way in WAYS if way in parameters.split("-")), "")
    outcome, reason = _outcome(case)
    seen.outcomes[way] = max(seen.outcomes.get(way, "kept"), outcome, key=ORDER.index)
    if reason:
        seen.reasons.setdefault(outcome, set()).add(reason)


def _outcome(case: ET.Element) -> tuple[Outcome, str]:
    if case.find("failure") is not None or case.find("error") is not None:
        return "broken", ""
    skipped = case.find("skipped")
    if skipped is None:
        return "kept", ""
    excused = skipped.get("type") == "pytest.xfail"
    return ("excused" if excused else "not made"), skipped.get("message") or ""


def words(promise: str) -> str:
    """A promise as a sentence: `test_it_prints_nothing` is `it prints nothing`."""
    return promise.removeprefix("test_").replace("_s_", "'s ").replace("_", " ")


def markdown(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table as Markdown."""
    titles = list(head)
    lines = [titles, ["---"] * len(titles), *map(list, rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def reasons(found: Mapping[str, Kind], outcome: Outcome) -> list[str]:
    """Why promises had this outcome: each reason once, with the promises and the kinds that it is about."""
    told: dict[str, dict[str, list[str]]] = {}
    for kind in found.values():
        for promise, seen in kind.promises.items():
            for reason in seen.reasons.get(outcome, ()):
                told.setdefault(reason, {}).setdefault(words(promise), []).append(kind.name)
    return [f"{reason}: {_about(promises)}" for reason, promises in sorted(told.items())]


def _about(promises: Mapping[str, list[str]]) -> str:
    return "; ".join(f"{promise} ({', '.join(kinds)})" for promise, kinds in promises.items())
