"""The hub: a config, and runs of it. This is the Python API.

verdict = await Hub("council.yaml").run("What is the capital of France?")

async for event in Hub(agents=[my_graph, my_ag2_agent]).stream("..."):
    ...
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from .config import AgentSpec, Config, Origin, from_mapping, load
from .consensus import Past, RunStarted, Settings, Verdict
from .consensus.electorate import KNOWN_OUTCOMES
from .contract import Model, Task, Usage
from .errors import ConfigError, PluginError
from .events import Event
from .extractor import extractor_of
from .folders import temporary, whole
from .observers import Observers
from .opening import Stock, opened
from .plugins import Registry
from .record import (
    Journal,
    Redactor,
    Reopened,
    decisive,
    find_run,
    reopen,
    require_cut_off,
    require_same_agents,
    seconds_used,
    secrets_of,
)
from .record.outcomes import fewest_known, read_past
from .runner import Folders, Runner
from .team import builtin_team, default_model

RUNS = Path(".massgen-hub/runs")


class Hub:
    """Runs tasks with the agents of a config. A hub may run many tasks, one after another or at once.

    `config` is a path, a mapping of what the YAML would hold, or a `Config`; without one the built-in team takes part.
    `agents` are existing objects of the installed frameworks, used as they are. `model` overrides the model of every
    agent that uses one of the hub's. `runs` is the folder of records (None: nothing is kept).
    """

    def __init__(
        self,
        config: str | Path | Mapping[str, Any] | Config | None = None,
        *,
        agents: Sequence[object] = (),
        model: str | None = None,
        seed: int | None = None,
        runs: str | Path | None = RUNS,
        registry: Registry | None = None,
    ) -> None:
        self.registry = registry or Registry()
        self.config = _config(config, agents, model, self.registry)
        self._seed = self.config.seed if seed is None else seed
        self._runs = Path(runs) if runs is not None else None
        self._running: set[Runner] = set()

    async def run(self, task: str | Task, *, watch: Callable[[Event], None] | None = None) -> Verdict:
        """Run one task to its verdict. `watch` is called in this event loop with every event.

        Raises `HubError` when the run cannot start, or cannot be recorded any more. A run that comes to no decision
        is no error: see `Verdict.decided` and `Verdict.exit_code`.
        """
        asked = _task(task)
        run = new_run()
        folder = whole(self._runs / run) if self._runs else None
        seed = secrets.randbits(53) if self._seed is None else self._seed
        past = self.past()
        async with AsyncExitStack() as stack:
            journal = self._journal(run, folder, watch, stack)
            start = RunStarted(
                run=run,
                task=str(journal.clean(asked.text)),
                history=tuple(replace(one, text=str(journal.clean(one.text))) for one in asked.history),
                files=asked.files,
                agents=self._types(),
                seed=seed,
                settings=self._settings(past),
                criteria=str(journal.clean(self.config.criteria)),
                past=past,
            )
            return await self._play(stack, journal, start, task=asked, seconds=self.config.timeout)

    async def resume(self, run: str, *, watch: Callable[[Event], None] | None = None) -> Verdict:
        """Continue a run whose process ended in the middle of it, with the agents of this hub: those of the run.

        `run` is its name, how its name begins, or `last`. Task, settings and seed are those of the record. No turn
        that landed is repeated; one whose reply was lost is asked again. `watch` is called with every event, also with
        those of the record. Raises `RecordError` where the run has ended, is going on elsewhere, or never began, and
        `ConfigError` where the agents are others.
        """
        if self._runs is None:
            raise ConfigError("this hub keeps no records", hint='Hub(..., runs="FOLDER")')
        folder = whole(find_run(self._runs, run))
        async with AsyncExitStack() as stack:
            record = reopen(folder)
            stack.callback(record.file.close)
            start = require_cut_off(record.events, folder.name)
            require_same_agents(start.agents, self._types())
            if watch is not None:
                for event in record.events:
                    watch(event)
            journal = self._journal(folder.name, folder, watch, stack, after=record)
            task = Task(text=start.task, history=start.history, files=start.files)
            longest = self.config.timeout
            left = None if longest is None else longest - seconds_used(record.events)
            return await self._play(stack, journal, start, task=task, seconds=left, record=record)

    async def stream(self, task: str | Task) -> AsyncIterator[Event]:
        """The events of a run as they happen; the last one is `ended`. Leaving early stops the run."""
        queue: asyncio.Queue[Event | None] = asyncio.Queue()
        running = asyncio.create_task(self.run(task, watch=queue.put_nowait))
        running.add_done_callback(lambda _: queue.put_nowait(None))
        try:
            while (event := await queue.get()) is not None:
                yield event
            await running
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    def stop(self) -> bool:
        """End all runs as soon as possible, each with its best answer so far, as Ctrl-C does; false where none runs."""
        for runner in self._running:
            runner.stop("interrupted")
        return bool(self._running)

    async def _play(
        self,
        stack: AsyncExitStack,
        journal: Journal,
        start: RunStarted,
        *,
        task: Task,
        seconds: float | None,
        record: Reopened | None = None,
    ) -> Verdict:
        """Open the agents and run, from the start or from where the record ends; `stack` closes them."""
        extract = extractor_of(self.config, start.settings.extractor)
        pythons = await self._pythons(stack)
        models = await stack.enter_async_context(self._connected(journal))
        work = journal.folder or stack.enter_context(temporary())
        stock = Stock(
            adapters=self.registry.adapters,
            models=models,
            pythons=pythons,
            folder=work / "agents",
            paths=(str(self.config.folder),),
            seed=start.seed,
        )
        participants = await stack.enter_async_context(opened(self.config.agents, stock))
        rule = self.registry.rules[start.settings.rule]
        runner = Runner(
            task=task,
            start=start,
            protocol=self.registry.protocols[start.settings.protocol].make(start.settings, rule),
            rule=rule,
            participants=participants,
            journal=journal,
            folders=Folders(work / "work"),
            timeout=seconds,
            extract=extract,
            before=tuple(decisive(record.events)) if record else (),
        )
        if record is not None:
            self._note_resumption(journal, record)
        self._running.add(runner)
        stack.callback(self._running.discard, runner)
        return await runner.run()

    async def _pythons(self, stack: AsyncExitStack) -> Mapping[str, Path]:
        """The interpreters of the agents that have environments of their own, in use until the stack is closed.

        Raises `NotBuilt`.
        """
        if not self.config.has_environments:
            return {}
        from .environments import in_use

        return await asyncio.to_thread(stack.enter_context, in_use(self.config))

    def _note_resumption(self, journal: Journal, record: Reopened) -> None:
        """Where the run goes on, what of its record was mended, and what it takes to continue it once more."""
        journal.activity("resumed", {"events": len(record.events)})
        if record.dropped is not None:
            journal.activity("repaired", {"dropped_bytes": record.dropped})
        journal.activity("configured", vars(self.config.origin))

    def past(self) -> Past | None:
        """What the marked runs tell of the agents; None where they tell nothing, or nothing is kept.

        Raises `RecordError` where the marks are damaged.
        """
        return read_past(self._runs, self._types()) if self._runs else None

    @property
    def weighed(self) -> tuple[str, ...]:
        """The agents whose weights may be learned: those whose own answers and ballots count."""
        electorate = self.config.settings.electorate
        return electorate.drafters(electorate.voices(self._types()))

    def _settings(self, past: Past | None) -> Settings:
        """The settings of a run, with the weights of its voices where they are learned and enough is known."""
        settings = self.config.settings
        if not self.config.learned or past is None or fewest_known(past, self.weighed) < KNOWN_OUTCOMES:
            return settings
        return replace(settings, electorate=replace(settings.electorate, weights=past.weights(self.weighed)))

    def _types(self) -> dict[str, str]:
        return {spec.id: spec.type for spec in self.config.agents}

    def _journal(
        self,
        run: str,
        folder: Path | None,
        watch: Callable[[Event], None] | None,
        stack: AsyncExitStack,
        after: Reopened | None = None,
    ) -> Journal:
        """The journal of a run, closed with the stack; then whoever observes it."""
        keys = {spec.model.key for spec in self.config.agents if spec.model and spec.model.key}
        redactor = Redactor(secrets_of(self.config.environment) | keys)
        journal = Journal(run, folder, redactor, configured=vars(self.config.origin), after=after)
        if self.registry.observers:
            observers = Observers(self.registry.observers)
            stack.callback(observers.close)
            journal.subscribers.append(observers)
        if watch is not None:
            journal.subscribers.append(watch)
        stack.callback(journal.close)
        return journal

    @asynccontextmanager
    async def _connected(self, journal: Journal) -> AsyncIterator[Mapping[str, Model]]:
        """Where each agent finds its model, for as long as the run lasts. What goes over the wire is recorded."""

        def meter(agent: str, usage: Usage) -> None:
            journal.activity("usage", {"agent": agent, "by": "gateway", **vars(usage)})

        async with AsyncExitStack() as stack:
            given: dict[str, Model] = {}
            for source, group in self._by_source().items():
                connect = self.registry.models[source].connect if source else None
                if connect is not None:
                    given.update(await stack.enter_async_context(connect(group, meter)))
                else:
                    given.update(group)
            yield given

    def _by_source(self) -> dict[str, dict[str, Model]]:
        """The models asked for, by who starts something for them; remote ones go through the gateway if it is on."""
        groups: dict[str, dict[str, Model]] = {}
        for spec in self.config.agents:
            if spec.model is not None:
                groups.setdefault(self._source(spec), {})[spec.id] = spec.model
        return groups

    def _source(self, spec: AgentSpec) -> str:
        known = self.registry.models.get(spec.source)
        if known is not None and known.connect is not None:
            return spec.source
        if not self.config.gateway:
            return ""
        if "gateway" not in self.registry.models:
            raise PluginError("`gateway: true` needs a plugin", hint='pip install "massgen-hub[gateway]"')
        return "gateway"


def new_run() -> str:
    """A name for a run: its time in UTC, and four random hexadecimal digits."""
    return f"{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}-{secrets.token_hex(2)}"


def _task(task: str | Task) -> Task:
    asked = Task(text=task) if isinstance(task, str) else task
    if not asked.text.strip():
        raise ConfigError("the task is empty", hint='give a question: massgen-hub run "What is the capital of France?"')
    return asked


def _config(
    config: str | Path | Mapping[str, Any] | Config | None,
    agents: Sequence[object],
    model: str | None,
    registry: Registry,
) -> Config:
    if isinstance(config, Config):
        return config
    if isinstance(config, (str, Path)):
        return load(config, registry, model=model)
    if agents:
        return from_mapping({**(config or {}), "agents": list(agents)}, registry, model=model)
    return built_in(registry, model) if config is None else from_mapping(config, registry, model=model)


def built_in(registry: Registry, model: str | None = None, sets: Sequence[str] = ()) -> Config:
    """The config of the built-in team; `sets` are `path=value` as for `--set`."""
    chosen = model or default_model(registry)
    config = from_mapping(builtin_team(registry, chosen), registry, overrides=sets)
    return replace(config, origin=Origin(built_in=True, sets=tuple(sets), model=chosen))
