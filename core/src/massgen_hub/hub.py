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
from tempfile import TemporaryDirectory
from typing import Any

from .config import AgentSpec, Config, from_mapping, load
from .consensus import RunStarted, Verdict
from .contract import Model, Task, Usage
from .errors import ConfigError, PluginError
from .events import Event
from .observers import Observers
from .opening import opened
from .plugins import Registry
from .record import Journal, Redactor, secrets_of
from .runner import Folders, Runner
from .team import builtin_team

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
        folder = (self._runs / run).resolve() if self._runs else None
        seed = secrets.randbits(53) if self._seed is None else self._seed
        async with AsyncExitStack() as stack:
            journal = self._journal(run, folder, watch, stack)
            models = await stack.enter_async_context(self._connected(journal))
            work = folder or Path(stack.enter_context(TemporaryDirectory(prefix="massgen-hub-")))
            participants = await stack.enter_async_context(
                opened(
                    self.config.agents,
                    self.registry.adapters,
                    models,
                    folder=work / "agents",
                    paths=(str(self.config.folder),),
                    seed=seed,
                )
            )
            runner = self._runner(run, asked, seed, participants, journal, Folders(work / "work"))
            self._running.add(runner)
            stack.callback(self._running.discard, runner)
            return await runner.run()

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

    def stop(self) -> None:
        """End all runs as soon as possible, each with its best answer so far, as Ctrl-C does."""
        for runner in self._running:
            runner.stop("interrupted")

    def _runner(
        self, run: str, task: Task, seed: int, participants: Mapping[str, Any], journal: Journal, folders: Folders
    ) -> Runner:
        settings = self.config.settings
        rule = self.registry.rules[settings.rule]
        start = RunStarted(
            run=run,
            task=str(journal.clean(task.text)),
            history=tuple(replace(one, text=str(journal.clean(one.text))) for one in task.history),
            files=task.files,
            agents={spec.id: spec.type for spec in self.config.agents},
            seed=seed,
            settings=settings,
            criteria=str(journal.clean(self.config.criteria)),
        )
        return Runner(
            task=task,
            start=start,
            protocol=self.registry.protocols[settings.protocol].make(settings, rule),
            rule=rule,
            participants=participants,
            journal=journal,
            folders=folders,
            timeout=self.config.timeout,
        )

    def _journal(
        self, run: str, folder: Path | None, watch: Callable[[Event], None] | None, stack: AsyncExitStack
    ) -> Journal:
        """The journal of a run, closed with the stack; then whoever observes it."""
        keys = {spec.model.key for spec in self.config.agents if spec.model and spec.model.key}
        journal = Journal(run, folder, Redactor(secrets_of(self.config.environment) | keys))
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
    return from_mapping(builtin_team(registry, model) if config is None else config, registry, model=model)
