"""Charts as inline SVG. Legible in black and white (markers and dashes differ) and to the colour-blind (Okabe, Ito)."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from itertools import cycle
from typing import Any

import matplotlib as mpl

mpl.use("Agg")

from matplotlib import pyplot as plt
from matplotlib.ticker import MaxNLocator

from .results import Chart, Estimate

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#000000", "#E69F00", "#56B4E9", "#7F7F7F", "#8C510A")
MARKERS = "osD^vPX*h<>"
DASHES = ("-", "--", "-.", ":")
STYLE: dict[Any, Any] = {
    "font.family": "sans-serif",
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#dddddd",
    "grid.linewidth": 0.6,
    "axes.axisbelow": True,
    "text.parse_math": False,  # a `$` in the name of a config is a `$`
    "svg.fonttype": "path",
    "svg.hashsalt": "massgen-hub",
}
WIDTH, HEIGHT = 7.2, 3.9
ROW = 0.13
"""Inches of height for each series of each tick of a chart of rows."""


def svg(chart: Chart) -> str:
    """The chart as an `<svg>` element with its title for screen readers."""
    rows = len(chart.ticks) * (len(chart.series) + 1) * ROW + 1.0 if chart.kind == "rows" else HEIGHT
    with plt.rc_context(STYLE):
        figure, axes = plt.subplots(figsize=(WIDTH, rows), layout="constrained")
        {"lines": _lines, "points": _points, "rows": _rows}[chart.kind](axes, chart)
        axes.set_xlabel(chart.x_label)
        axes.set_ylabel(chart.y_label)
        axes.set_title(chart.title, loc="left", fontsize=11, fontweight="bold")
        text = io.StringIO()
        figure.savefig(text, format="svg", metadata={"Date": None, "Creator": None, "Title": chart.title})
        plt.close(figure)
    return _inline(text.getvalue(), chart.title)


def _lines(axes: Any, chart: Chart) -> None:
    for number, series in enumerate(chart.series):
        look = _look(number)
        axes.plot(series.x, _values(series.y), label=series.name, markersize=4.5, linewidth=1.5, **look)
        low, high = _bounds(series.y)
        axes.fill_between(series.x, low, high, color=look["color"], alpha=0.13, linewidth=0)
    if all(place == int(place) for series in chart.series for place in series.x):
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    _legend(axes, len(chart.series))


def _points(axes: Any, chart: Chart) -> None:
    for number, series in enumerate(chart.series):
        look = _look(number) | {"linestyle": "none"}
        axes.errorbar(series.x, _values(series.y), yerr=_errors(series.y), label=series.name, capsize=2, **look)
    axes.set_xlim(left=0)
    _legend(axes, len(chart.series))


def _rows(axes: Any, chart: Chart) -> None:
    spread = 0.7 / max(1, len(chart.series))
    for number, series in enumerate(chart.series):
        look = _look(number) | {"linestyle": "none"}
        heights = [place + (number - (len(chart.series) - 1) / 2) * spread for place in series.x]
        axes.errorbar(_values(series.y), heights, xerr=_errors(series.y), label=series.name, markersize=5, **look)
    axes.set_yticks(range(len(chart.ticks)), chart.ticks)
    axes.set_ylim(len(chart.ticks) - 0.4, -0.6)
    _legend(axes, len(chart.series))


def _look(number: int) -> dict[str, Any]:
    looks = zip(cycle(COLOURS), cycle(MARKERS), cycle(DASHES), strict=False)
    colour, marker, dash = next(look for place, look in enumerate(looks) if place == number)
    return {"color": colour, "marker": marker, "linestyle": dash}


def _legend(axes: Any, entries: int) -> None:
    if entries > 1:
        axes.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), frameon=False, fontsize=9)


def _values(estimates: Sequence[Estimate]) -> list[float]:
    return [each.value for each in estimates]


def _bounds(estimates: Sequence[Estimate]) -> tuple[list[float], list[float]]:
    low = [each.value if each.low is None else each.low for each in estimates]
    return low, [each.value if each.high is None else each.high for each in estimates]


def _errors(estimates: Sequence[Estimate]) -> list[list[float]]:
    low, high = _bounds(estimates)
    values = _values(estimates)
    return [
        [max(0.0, value - bottom) for value, bottom in zip(values, low, strict=True)],
        [max(0.0, top - value) for value, top in zip(values, high, strict=True)],
    ]


def _inline(text: str, title: str) -> str:
    """Without the XML head, and with names that do not clash with those of other charts of the page."""
    body = text[text.index("<svg") :]
    prefix = re.sub(r"\W+", "-", title.lower())
    body = re.sub(r'(id="|url\(#|xlink:href="#)', lambda found: f"{found[1]}{prefix}-", body)
    return body.replace("<svg ", f'<svg role="img" aria-label="{title}" ', 1)
