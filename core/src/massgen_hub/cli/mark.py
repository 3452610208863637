"""`massgen-hub runs mark`."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ..codec import to_json, to_plain
from ..consensus import Past
from ..consensus.electorate import KNOWN_OUTCOMES
from ..errors import ConfigError
from ..record import find_run, read_events, state_of
from ..record.outcomes import mark, outcome, read_past
from ..view.text import one_line, several


def mark_run(name: str, root: Path, *, right: bool | None, as_json: bool) -> None:
    """Say that the answer of a run was right, or wrong; tell what is known of its agents now."""
    if right is None:
        raise ConfigError("was the answer right or wrong?", hint="massgen-hub runs mark RUN --right, or --wrong")
    folder = find_run(root, name)
    state = state_of(read_events(folder))
    one = outcome(state, folder.name, right=right, at=round(time.time(), 3))
    mark(root, one)
    agents = list(state.started.agents) if state.started else []
    past = read_past(root, agents)
    if as_json:
        typer.echo(to_json({"outcome": to_plain(one), "past": to_plain(past)}))
        return
    console = Console(highlight=False)
    answer = one_line(state.verdict.answer, 100) if state.verdict else ""
    console.print(Text(f"{folder.name} is marked {'right' if right else 'wrong'}: {answer}", style="bold"))
    if past is not None:
        console.print(learned(past, agents))


def learned(past: Past, agents: Sequence[str]) -> Table:
    """What earlier outcomes tell of each agent, and the weight that it has where weights are learned."""
    table = Table(box=None, padding=(0, 2), header_style="bold")
    for title in ("agent", "right", "weight"):
        table.add_column(title)
    for agent in agents:
        right, known = past.right.get(agent, 0), past.known.get(agent, 0)
        missing = KNOWN_OUTCOMES - known
        weight = f"{several(missing, 'more outcome')} needed" if missing > 0 else f"{past.weights([agent])[agent]:g}"
        table.add_row(agent, f"{right} of {known}", weight)
    return table
