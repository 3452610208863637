"""From what the protocol asks to the turn that an agent is shown."""

from __future__ import annotations

from collections.abc import Mapping

from ..consensus import Ask, Candidate, Rule, RunStarted
from ..contract import Shown, Task, Turn
from ..dialogue import fence, quoted, render, reply_schema
from .files import Folders


class Turns:
    """Makes the turns of one run. The text of a candidate is rendered once and shared by all who are shown it."""

    def __init__(self, task: Task, start: RunStarted, rule: Rule, folders: Folders) -> None:
        self._task, self._start, self._rule, self._folders = task, start, rule, folders
        self._bodies: dict[str, str] = {}

    def may_veto(self, agent: str) -> bool:
        """Whether the ballots of this agent may rule candidates out."""
        return agent in self._start.settings.electorate.veto

    def make(
        self,
        ask: Ask,
        attempt: int,
        *,
        repair: str | None,
        candidates: Mapping[str, Candidate],
        works: bool,
        seconds_left: float | None,
    ) -> Turn:
        """The turn. An agent that `works` with tools or code is given a folder."""
        shown = tuple(Shown(label=label, text=candidates[name].text) for label, name in ask.shown)
        folder = self._folders.make(ask.agent, ask.round, attempt) if works else None
        need, veto = self._rule.needs, self.may_veto(ask.agent)
        return Turn(
            run=self._start.run,
            agent=ask.agent,
            round=ask.round,
            attempt=attempt,
            kind=ask.kind,
            task=self._task,
            criteria=self._start.criteria,
            shown=shown,
            prompt=render(
                ask.kind,
                self._task,
                shown=shown,
                bodies=[self._body(one.text) for one in shown],
                need=need,
                veto=veto,
                seed=self._start.seed,
                criteria=self._start.criteria if ask.shown else "",
                repair=repair,
            ),
            schema=reply_schema(ask.kind, sorted(one.label for one in shown), need, veto=veto),
            seconds_left=seconds_left,
            folder=str(folder) if folder else None,
            repair=repair,
        )

    def _body(self, text: str) -> str:
        if text not in self._bodies:
            self._bodies[text] = quoted(text, fence(self._start.seed))
        return self._bodies[text]
