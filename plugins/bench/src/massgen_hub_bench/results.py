"""What an experiment found: tables and charts as plain data, so that it can be kept, printed as JSON and drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """A number; `low` and `high` are its 95 % confidence interval, None where it is exact."""

    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of a table: what it is about, and its numbers (None: not measured)."""

    labels: tuple[str, ...]
    values: tuple[Estimate | None, ...]


@dataclass(frozen=True, kw_only=True)
class Table:
    """Numbers under headings. `labels` head the first columns, `heads` those of the numbers."""

    title: str
    labels: tuple[str, ...]
    heads: tuple[str, ...]
    rows: tuple[Row, ...]

    def value(self, *path: str) -> float:
        """The number under the last name of the path, in the line whose labels are the other names."""
        row = next(row for row in self.rows if row.labels == path[:-1])
        found = row.values[self.heads.index(path[-1])]
        if found is None:
            raise KeyError(path)
        return found.value


@dataclass(frozen=True, kw_only=True)
class Series:
    """One line, or one group of points, of a chart."""

    name: str
    x: tuple[float, ...]
    y: tuple[Estimate, ...]


@dataclass(frozen=True, kw_only=True)
class Chart:
    """`lines`: series over x, with bands. `points`: one named point a series. `rows`: a value for each tick of the
    vertical axis. Labels of the axes carry the unit."""

    title: str
    x_label: str
    y_label: str
    series: tuple[Series, ...]
    kind: Literal["lines", "points", "rows"] = "lines"
    ticks: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Result:
    """One finished experiment. `seconds` is how long it took."""

    name: str
    title: str
    about: str
    tables: tuple[Table, ...]
    charts: tuple[Chart, ...] = ()
    seconds: float = 0.0


def row(*labels: str, values: list[Estimate | None]) -> Row:
    """A line of a table."""
    return Row(labels=labels, values=tuple(values))


def exact(value: float) -> Estimate:
    """A number without an interval."""
    return Estimate(value=float(value))
