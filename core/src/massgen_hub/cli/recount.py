"""`massgen-hub recount`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import typer
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from ..codec import to_json, to_plain
from ..consensus import Abstention, Answer, Decision, Decisive, Refusal, Replied, Rule, State, Verdict
from ..consensus.recount import Recount, WhyNot, differences, what_if
from ..contract import Reply
from ..dialogue import read
from ..errors import ConfigError, PluginError, RecordError
from ..events import Event
from ..hints import did_you_mean
from ..plugins import Registry
from ..record import decisive, find_run, is_written, read_events, state_of
from ..view.text import harmless, names, one_line, several
from ..view.verdict import headline, verdict_view

WHY_NOT: Mapping[WhyNot, str] = MappingProxyType(
    {
        "not recorded": "its ballots do not hold what the rule reads",
        "needs more turns": "the protocol would ask somebody again",
    }
)


@dataclass(frozen=True, kw_only=True)
class Findings:
    """A record, counted by every rule. `own` is the count by the run's own rule, None where that is not installed;
    `misread` are the replies (agent and round) whose words do not say what is recorded as read out of them."""

    state: State
    rows: tuple[Recount, ...]
    own: Recount | None
    misread: tuple[tuple[str, int], ...]

    @property
    def differences(self) -> dict[str, tuple[Any, Any]]:
        """The fields in which the recorded verdict and the recounted one differ."""
        recorded, again = self.state.verdict, self.own and self.own.verdict
        return differences(recorded, again) if recorded and again else {}

    @property
    def reproduced(self) -> bool | None:
        """Whether the record gives its verdict; None where there is no verdict, or no rule to count by."""
        if self.own is None or self.state.verdict is None:
            return None
        return self.own.verdict == self.state.verdict and not self.misread


def recount_run(name: str, root: Path, *, rule: str | None, as_json: bool) -> int:
    """Count a recorded run again; returns 0 where its verdict is reproduced, or where it has none yet, 1 where it is
    not reproduced, 2 where its rule is not installed."""
    registry, folder = Registry(), find_run(root, name)
    if rule is not None and rule not in registry.rules:
        near = did_you_mean(rule, registry.rules) or f"rules: {', '.join(sorted(registry.rules))}"
        raise ConfigError(f"there is no rule `{rule}`", hint=near)
    found = _findings(read_events(folder), folder.name, registry)
    row = next((row for row in found.rows if row.rule == rule), None)
    if row is not None and row.why:
        told = ", ".join(one.rule for one in found.rows if one.verdict)
        raise RecordError(f"`{row.rule}` cannot count this run: {WHY_NOT[row.why]}", hint=f"rules that can: {told}")
    if as_json:
        typer.echo(to_json(_plain(found, folder.name, [row] if row else found.rows)))
    else:
        _show(found, folder, row, registry, Console(highlight=False))
    return 2 if found.own is None else int(found.reproduced is False)


def _findings(events: Sequence[Event], run: str, registry: Registry) -> Findings:
    state = state_of(events)
    if state.started is None:
        raise RecordError(f"the run {run} was cut off before it started", hint="run the task again")
    spec = registry.protocols.get(state.settings.protocol)
    if spec is None:
        what = f"the protocol `{state.settings.protocol}` of run {run} is not installed"
        raise PluginError(what, hint="install the plugin that it came with")
    log = list(decisive(events))
    rows, rule = what_if(log, spec, registry.rules), registry.rules.get(state.settings.rule)
    return Findings(
        state=state,
        rows=rows,
        own=next((row for row in rows if row.rule == state.settings.rule), None),
        misread=tuple(_misread(log, rule)) if rule else (),
    )


def _misread(log: Sequence[Decisive], rule: Rule) -> Iterator[tuple[str, int]]:
    """The replies that, read again, say something else than is recorded."""
    state = State()
    for event in log:
        if isinstance(event, Replied):
            seat = state.seats[event.agent]
            veto = event.agent in state.settings.electorate.veto
            said = read(seat.kind, Reply(text=event.text, data=event.data), dict(seat.shown), rule.needs, veto=veto)
            if not _same(said, event.decision):
                yield event.agent, event.round
        state.apply(event)


def _same(said: Decision, recorded: Decision) -> bool:
    match said, recorded:
        case Answer(), Answer():
            return replace(recorded, cluster=None, files=()) == said
        case Refusal(), Refusal() | Abstention(invalid=True):  # the words of a refusal may get better
            return True
    return said == recorded


def _plain(found: Findings, run: str, rows: Sequence[Recount]) -> dict[str, Any]:
    return {
        "run": run,
        "rule": found.state.settings.rule,
        "reproduced": found.reproduced,
        "cut_off": found.state.verdict is None,
        "differences": {
            field: {"recorded": to_plain(before), "recounted": to_plain(after)}
            for field, (before, after) in found.differences.items()
        },
        "misread": [{"agent": agent, "round": round_} for agent, round_ in found.misread],
        "what_if": [_plain_row(row) for row in rows],
    }


def _plain_row(row: Recount) -> dict[str, Any]:
    verdict = {**to_plain(row.verdict), "exit_code": row.verdict.exit_code} if row.verdict else None
    return {"rule": row.rule, "why": row.why, "missing": row.missing, "verdict": verdict}


def _show(found: Findings, folder: Path, row: Recount | None, registry: Registry, console: Console) -> None:
    task = found.state.started.task if found.state.started else ""
    console.print(Text(f"{folder.name}  {one_line(task, 200)}", style="bold"))
    console.print(_said(found, folder))
    if found.differences:
        console.print(_differing(found))
    for agent, round_ in found.misread:
        console.print(Text(f"{agent}, round {round_}: what is recorded as read is not what it said", style="red"))
    console.print()
    if row is None:
        console.print(_table(found))
    elif row.verdict is not None:
        console.print(verdict_view(row.verdict, found.state, registry.rules[row.rule]))
        console.print(Text(_note(row), style="yellow"))
        console.print(Text(harmless(row.verdict.answer)))


def _said(found: Findings, folder: Path) -> Text:
    """Whether the record gives its verdict."""
    recorded, own = found.state.verdict, found.own
    if recorded is None:
        going_on = is_written(folder / "events.jsonl")
        return Text(f"{'still running' if going_on else 'cut off'}: this is what stands so far", style="yellow")
    if own is None:
        return Text(f"not recounted: the rule `{found.state.settings.rule}` is not installed", style="yellow")
    if found.reproduced:
        return Text(f"the recorded verdict is reproduced: {headline(recorded)}", style="green")
    why = f" ({own.why})" if own.why else ""
    return Text(f"not reproduced{why}: the record was changed, or another version made it", style="bold red")


def _differing(found: Findings) -> Table:
    table = Table(box=None, padding=(0, 1), header_style="bold")
    for title in ("field", "recorded", "recounted"):
        table.add_column(title, overflow="fold")
    for field, values in found.differences.items():
        table.add_row(field, *(Text(one_line(to_json(value), 300)) for value in values))
    return table


def _table(found: Findings) -> Table:
    """What each rule makes of the same ballots."""
    table = Table(box=None, padding=(0, 1), header_style="bold", title="what if", title_justify="left")
    for title in ("rule", "winner", "decided", "agreement", "margin", "tie", "note"):
        table.add_column(title)
    for row in found.rows:
        note = _note(row) or ("the run's own" if row is found.own else "")
        table.add_row(row.rule, *_cells(row.verdict), note)
    return table


def _cells(verdict: Verdict | None) -> tuple[RenderableType, ...]:
    if verdict is None:
        return ("",) * 5
    return (
        Text(names(verdict.authors)),
        "yes" if verdict.decided else "no",
        verdict.agreement,
        "" if verdict.margin is None else f"{verdict.margin:.4g}",
        verdict.tie_broken or "",
    )


def _note(row: Recount) -> str:
    if row.verdict is None:
        return row.why or ""
    return f"{several(row.missing, 'ballot')} missing" if row.missing else ""
