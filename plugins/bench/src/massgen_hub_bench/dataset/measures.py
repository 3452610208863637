"""From trials to tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import combinations

from ..results import Chart, Estimate, Result, Row, Series, Table, exact, row
from ..stats import mcnemar, mean, proportion
from .trials import Trial

Trials = Mapping[str, Sequence[Trial]]
"""By config, in the same order of items."""


def summary(name: str, trials: Sequence[Trial]) -> Row:
    """One config. `best single` is the agent whose drafts were best here, chosen in hindsight."""
    agents = [each for each in by_agent(trials).values() if each]
    best = max(agents, key=lambda found: found.value, default=None)
    return row(
        name,
        values=[
            _share([trial.right for trial in trials]),
            best,
            proportion(sum(majority(trial) for trial in trials), len(trials)),
            _share([any(draft.right for draft in trial.drafts) for trial in trials]),
            _share([trial.decided for trial in trials]),
            mean([trial.calls for trial in trials]),
            mean([trial.seconds for trial in trials]),
        ],
    )


SUMMARY = ("accuracy", "best single", "majority of drafts", "oracle", "decided", "calls", "seconds")


def by_agent(trials: Sequence[Trial]) -> dict[str, Estimate | None]:
    """How often each agent's own draft was right; no draft counts as wrong."""
    agents = sorted({agent for trial in trials for agent in trial.agents})
    right = Counter(draft.agent for trial in trials for draft in trial.drafts if draft.right)
    return {agent: proportion(right[agent], len(trials)) for agent in agents}


def majority(trial: Trial) -> float:
    """P(right) of the most frequent draft, a tie drawn. Costs no further calls."""
    counts = Counter(draft.answer for draft in trial.drafts)
    top = max(counts.values(), default=0)
    leading = {answer for answer, count in counts.items() if count == top}
    right = {draft.answer for draft in trial.drafts if draft.right}
    return len(leading & right) / len(leading) if leading else 0.0


def agreements(trials: Trials) -> Table:
    """How often agents agreed how far, and how often they were right then."""
    rows = []
    for config, each in trials.items():
        for kind in ("unanimous", "majority", "plurality", "none"):
            right = [trial.right for trial in each if trial.agreement == kind]
            rows.append(
                row(config, kind, values=[proportion(len(right), len(each)), proportion(sum(right), len(right))])
            )
    heads = ("share", "accuracy")
    return Table(title="Agreement is not proof", labels=("config", "agreement"), heads=heads, rows=tuple(rows))


def agents(trials: Trials) -> Table:
    """Each agent's own drafts."""
    rows = tuple(
        row(config, agent, values=[found]) for config, each in trials.items() for agent, found in by_agent(each).items()
    )
    return Table(title="Agents alone: their drafts", labels=("config", "agent"), heads=("accuracy",), rows=rows)


def comparisons(trials: Trials) -> Table:
    """Every two configs on the same questions: McNemar's exact test."""
    rows = []
    for first, second in combinations(trials, 2):
        marks = [[trial.right for trial in trials[config]] for config in (first, second)]
        only_first, only_second, chance = mcnemar(*marks)
        rows.append(row(first, second, values=[exact(only_first), exact(only_second), exact(chance)]))
    heads = ("only the first right", "only the second right", "p (McNemar, exact)")
    return Table(title="Configs on the same questions", labels=("first", "second"), heads=heads, rows=tuple(rows))


def measure(trials: Trials, questions: int) -> Result:
    """All of it."""
    rows = tuple(summary(config, each) for config, each in trials.items())
    tables = [Table(title=f"{questions} questions", labels=("config",), heads=SUMMARY, rows=rows)]
    tables += [agents(trials), agreements(trials)] + ([comparisons(trials)] if len(trials) > 1 else [])
    return Result(
        name="accuracy",
        title="Accuracy",
        about="Graded by equality in the answer form. Best single: the agent whose own drafts were best here, chosen "
        "in hindsight, which flatters it. Majority of drafts and oracle (any draft right) come from the same runs.",
        tables=tuple(tables),
        charts=(chart(rows),),
    )


def chart(rows: Sequence[Row]) -> Chart:
    """The configs beside what their drafts alone would have given."""
    places = tuple(float(place) for place in range(len(rows)))
    series = []
    for name in ("accuracy", "best single", "majority of drafts", "oracle"):
        found = [line.values[SUMMARY.index(name)] or exact(0.0) for line in rows]
        series.append(Series(name=name, x=places, y=tuple(found)))
    return Chart(
        title="Configs",
        x_label="accuracy (share of questions)",
        y_label="",
        series=tuple(series),
        kind="rows",
        ticks=tuple(line.labels[0] for line in rows),
    )


def _share(flags: Sequence[bool]) -> Estimate | None:
    return proportion(sum(flags), len(flags))
