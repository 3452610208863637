"""A runner with agents written in a line, and a journal kept in memory."""

import asyncio

from massgen_hub.codec import to_json
from massgen_hub.consensus import BORDA, ROUNDS, RunStarted, Settings
from massgen_hub.contract import Task, Traits
from massgen_hub.errors import RecordError
from massgen_hub.runner import Folders, Participant, Runner


class MemoryJournal:
    """Keeps what it is told. `breaks_at` is the number of the decisive event that cannot be written."""

    def __init__(self, breaks_at=None):
        self.decisive, self.activities, self.said = [], [], {}
        self._breaks_at = breaks_at

    def clean(self, value):
        return value

    def decide(self, event):
        if self._breaks_at == len(self.decisive):
            raise RecordError("the disk is full")
        self.decisive.append(event)

    def delta(self, agent, round_, attempt, part, text):
        key = (agent, round_, attempt, part)
        self.said[key] = self.said.get(key, "") + text

    def activity(self, type_, data):
        self.activities.append((type_, dict(data)))

    def of(self, kind, agent=None):
        return [e for e in self.decisive if isinstance(e, kind) and agent in (None, e.agent)]


def runner(agents, *, timeout=None, turn_timeout=5.0, journal=None, folder=None, traits=None, seed=7, **settings):
    journal = journal or MemoryJournal()
    chosen = Settings(**settings)
    made = Runner(
        task=Task(text="What is the capital of France?"),
        start=RunStarted(run="run-1", task="?", agents=dict.fromkeys(agents, "test"), seed=seed, settings=chosen),
        protocol=ROUNDS.make(chosen, BORDA),
        rule=BORDA,
        participants={
            name: Participant(agent=agent, type="test", traits=traits or Traits(), timeout=turn_timeout)
            for name, agent in agents.items()
        },
        journal=journal,
        folders=Folders(folder),
        timeout=timeout,
    )
    made.journal = journal
    return made


def play(agents, **options):
    """Run to the verdict; returns it and the journal."""
    made = runner(agents, **options)
    return asyncio.run(made.run()), made.journal


def ranking(turn, *texts):
    """The ballot that puts the candidates with these texts first, in this order."""
    labels = {one.text: one.label for one in turn.shown}
    chosen = [labels[text] for text in texts if text in labels] or sorted(labels.values())
    return to_json({"reason": "so", "ranking": chosen})


def says(text, *prefers):
    """Drafts a text, then ranks the preferred texts."""

    async def agent(turn, host):
        return text if turn.kind in ("draft", "present") else ranking(turn, *(prefers or (text,)))

    return agent
