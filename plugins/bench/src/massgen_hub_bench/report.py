"""One self-contained page: what was done, tables, charts, and how to do it again."""

from __future__ import annotations

import platform
import shlex
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import escape
from importlib.metadata import version
from pathlib import Path
from typing import Any

from massgen_hub.codec import to_json

from .charts import svg
from .results import Estimate, Result, Row, Table
from .store import write_whole

STYLE = """
:root { color-scheme: light }
body { font: 16px/1.5 system-ui, sans-serif; color: #111; background: #fff; max-width: 70rem; margin: 2rem auto;
       padding: 0 1rem }
h1 { font-size: 1.6rem; margin-bottom: .2rem } h2 { font-size: 1.25rem; margin-top: 2.5rem }
h3 { font-size: 1rem; margin: 1.2rem 0 .3rem }
p { max-width: 46rem } .facts, .note { color: #555; font-size: .9rem }
pre { background: #f4f4f4; padding: .6rem .8rem; overflow-x: auto; font-size: .85rem }
.wide { overflow-x: auto } figure { margin: 1rem 0 } svg { max-width: 100%; height: auto }
table { border-collapse: collapse; font-size: .85rem; font-variant-numeric: tabular-nums }
th, td { padding: .2rem .7rem .2rem 0; text-align: right; vertical-align: top; border-bottom: 1px solid #ddd }
th { font-weight: 600 } td.name, th.name { text-align: left }
td.name { white-space: nowrap } th { vertical-align: bottom } small { color: #666; white-space: nowrap }
"""


@dataclass(frozen=True, kw_only=True)
class Page:
    """A report: its verb, what it measured, and the parameters that make it repeatable."""

    verb: str
    title: str
    about: str
    parameters: Mapping[str, Any]
    results: Sequence[Result]
    command: str = field(default_factory=lambda: shlex.join(["massgen-hub", *sys.argv[1:]]))
    made: str = field(default_factory=lambda: datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"))


def publish(page: Page, path: Path, *, as_json: bool) -> None:
    """Write the page, say where it is on stderr, print JSON or the tables on stdout. Raises `RecordError`."""
    write_whole(path, html(page))
    if as_json:
        print(to_json(plain(page)))  # noqa: T201
    else:
        from .terminal import show

        show(page.results)
    print(f"report: {path}", file=sys.stderr)  # noqa: T201


def plain(page: Page) -> dict[str, Any]:
    """The page as one JSON object."""
    return {
        "verb": page.verb,
        "command": page.command,
        "made": page.made,
        "versions": versions(),
        "parameters": dict(page.parameters),
        "results": list(page.results),
    }


def versions() -> dict[str, str]:
    """What this was measured with."""
    names = ("massgen-hub", "numpy", "matplotlib")
    return {**{name: version(name) for name in names}, "python": platform.python_version()}


def html(page: Page) -> str:
    """The whole page."""
    facts = {**page.parameters, **versions()}
    known = ", ".join(f"{escape(str(name))} {escape(str(value))}" for name, value in facts.items())
    parts = [
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(page.title)}</title>',
        f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style></head><body>',
        f'<h1>{escape(page.title)}</h1><p class="facts">{page.made}; {known}</p>',
        f"<p>{escape(page.about)}</p><pre>{escape(page.command)}</pre>",
        '<p class="note">Grey numbers are 95 % confidence intervals.</p>',
        *map(_section, page.results),
        "</body></html>\n",
    ]
    return "\n".join(parts)


def _section(result: Result) -> str:
    figures = "".join(f"<figure>{svg(chart)}</figure>" for chart in result.charts)
    tables = "".join(map(_table, result.tables))
    about = f"<p>{escape(result.about)}</p>" if result.about else ""
    return f'<h2 id="{escape(result.name)}">{escape(result.title)}</h2>{about}{figures}{tables}'


def _table(table: Table) -> str:
    heads = "".join(f'<th class="name">{escape(name)}</th>' for name in table.labels)
    heads += "".join(f"<th>{escape(name)}</th>" for name in table.heads)
    rows = "".join(map(_row, table.rows))
    return f'<h3>{escape(table.title)}</h3><div class="wide"><table><tr>{heads}</tr>{rows}</table></div>'


def _row(line: Row) -> str:
    labels = "".join(f'<td class="name">{escape(label)}</td>' for label in line.labels)
    return f"<tr>{labels}{''.join(f'<td>{_cell(value)}</td>' for value in line.values)}</tr>"


def _cell(value: Estimate | None) -> str:
    if value is None or value.low is None or value.high is None or value.low == value.high:
        return number(value)
    return f"{number(value)}<br><small>{shown(value.low)} to {shown(value.high)}</small>"


def number(value: Estimate | None) -> str:
    """`0.812`, `3.41`, `120`, or a dash for what was not measured; what is counted is shown whole."""
    if value is None:
        return "–"
    counted = value.low is None and value.value == int(value.value)
    return str(int(value.value)) if counted else shown(value.value)


def shown(value: float) -> str:
    """Shares with three digits, larger numbers with two, whole ones without."""
    if abs(value) > 1 and value == int(value):
        return f"{int(value)}"
    return f"{value:.3f}" if abs(value) <= 1 else f"{value:.2f}"
