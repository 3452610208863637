"""Runs that are cut off after any of their decisive events and continued by another runner."""

import asyncio

from massgen_hub.consensus import Cancelled, Failed, Refusal, Replied, RunStarted, Settings, fold
from massgen_hub.contract import Task
from massgen_hub.errors import TurnError
from massgen_hub.plugins import Registry, installed
from massgen_hub.runner import Folders, Participant, Runner
from stage import MemoryJournal, ranking, says

CORE = Registry(point for point in installed() if point.name == "builtin")


def prose(agent):
    """Votes in prose until it is told why that is refused."""

    async def speaks(turn, host):
        if turn.kind in ("decide", "vote") and turn.repair is None:
            return "I like them all."
        return await agent(turn, host)

    return speaks


def hopeless(text):
    """Drafts, and never casts a ballot that can be read."""

    async def speaks(turn, host):
        return text if turn.kind in ("draft", "present") else "I like them all."

    return speaks


def flaky(agent):
    """Fails for a moment in its first attempt of every turn."""

    async def fails_first(turn, host):
        if turn.attempt == 1:
            raise TurnError("503", transient=True)
        return await agent(turn, host)

    return fails_first


async def broken(turn, host):
    """Fails for good."""
    raise TurnError("401: wrong key")


def refining(text, better):
    """Submits a better answer as soon as it may, and prefers it."""

    async def improves(turn, host):
        if turn.kind == "draft":
            return text
        if turn.kind == "decide" and better not in {one.text for one in turn.shown}:
            return f'{{"answer": "{better}"}}'
        return better if turn.kind == "present" else ranking(turn, better)

    return improves


def runner(agents, *, before=(), timeout=None, breaks_at=None, **settings):
    """A runner with a journal in memory. Every turn that an agent is given is in `asked`."""
    settings = Settings(**{"gate": "off", "refine": 0, **settings})
    start = before[0] if before else RunStarted(
        run="run-1", task="?", agents=dict.fromkeys(agents, "test"), seed=7, settings=settings
    )  # fmt: skip
    asked, rule = [], CORE.rules[start.settings.rule]

    def watched(agent):
        async def told(turn, host):
            asked.append(turn)
            return await agent(turn, host)

        return told

    made = Runner(
        task=Task(text=start.task),
        start=start,
        protocol=CORE.protocols[start.settings.protocol].make(start.settings, rule),
        rule=rule,
        participants={n: Participant(agent=watched(agent), type="test", timeout=5.0) for n, agent in agents.items()},
        journal=MemoryJournal(breaks_at),
        folders=Folders(None),
        timeout=timeout,
        before=tuple(before),
    )
    made.asked, made.journal = asked, made._journal
    return made


def whole(agents, **settings):
    """Play a run to its end; its verdict and its decisive events."""
    made = runner(agents, **settings)
    verdict = asyncio.run(made.run())
    return verdict, made.journal.decisive


def resumed(agents, before, **options):
    """Continue a run; the runner afterwards, the verdict in its state."""
    made = runner(agents, before=before, **options)
    asyncio.run(made.run())
    return made


def landed(events):
    """The turns that are over."""
    for event in events:
        refused = isinstance(event, Replied) and isinstance(event.decision, Refusal)
        passing = isinstance(event, Failed) and not event.final
        if isinstance(event, (Replied, Failed, Cancelled)) and not refused and not passing:
            yield event.agent, event.round


def check(made, before, verdict):
    """What every continued run keeps, wherever it was cut."""
    events = [*before, *made.journal.decisive]
    assert [event.type for event in events].count("ended") == 1
    assert fold(events).verdict == made.state.verdict
    for name in ("answer", "winner", "authors", "decided"):  # who came too late to matter depends on the arrival
        assert getattr(made.state.verdict, name) == getattr(verdict, name), name
    assert not {(turn.agent, turn.round) for turn in made.asked} & set(landed(before))
    begun = [(event.agent, event.round, event.attempt) for event in events if event.type == "turn_started"]
    assert len(set(begun)) == len(begun)


def waiting(text):
    """Drafts, and is never done with its ballot."""

    async def waits(turn, host):
        if turn.kind not in ("draft", "present"):
            await asyncio.Event().wait()
        return text

    return waits


PANELS = {
    "votes": {"a": says("x"), "b": says("y", "x"), "c": says("z", "x")},
    "repairs and retries": {"a": prose(says("x")), "b": flaky(says("y", "x")), "c": flaky(prose(says("z", "x")))},
    "absences": {"a": says("x"), "b": says("y", "x"), "c": says("w", "x"), "d": hopeless("v"), "e": broken},
    "refinements": {"a": refining("x", "xx"), "b": says("y", "xx", "x"), "c": says("z", "xx", "x")},
    "stragglers": {
        **{name: says(text, "x") for name, text in zip("abcde", "xyzuv", strict=True)},
        "f": waiting("w"),
        "g": waiting("t"),
    },
    "alone": {"a": flaky(says("x"))},
}
