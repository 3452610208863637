"""A config that was read and checked: what the rest of the hub gets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol, TypeAlias

from ..consensus.settings import Settings
from ..contract import Adapter, Model, ModelSource
from ..errors import Place
from .schema import OwnEnvironment
from .source import Node

Where: TypeAlias = Literal["auto", "inline", "worker"] | OwnEnvironment


class Row(Protocol):
    """What became of one plugin; `provides` is by hook."""

    @property
    def name(self) -> str: ...
    @property
    def error(self) -> str: ...
    @property
    def provides(self) -> Mapping[str, Sequence[str]]: ...


class Names(Protocol):
    """The names that a config may use; `massgen_hub.plugins.Registry` is one."""

    def insist(self, names: Iterable[str]) -> None:
        """Raise `PluginError` unless these plugins are loaded and whole."""

    @property
    def rows(self) -> Sequence[Row]: ...

    @property
    def adapters(self) -> Mapping[str, Adapter]: ...
    @property
    def rules(self) -> Mapping[str, Any]: ...
    @property
    def protocols(self) -> Mapping[str, Any]: ...
    @property
    def models(self) -> Mapping[str, ModelSource]: ...


@dataclass(frozen=True, kw_only=True)
class AgentSpec:
    """One agent of a run.

    `options` is checked by the adapter's model; where the adapter is not installed here, they are as in the entry, to
    be checked where it is. `written` is the whole entry. `source` is the name of the `ModelSource` its model comes
    from, empty for an address of one's own or no model. `target` is `module:attribute` or the user's object itself.
    `memory` is what its process and all that it starts may hold, in bytes; `pass_env` are variables that it is given.
    `timeout` is in seconds a turn.
    """

    id: str
    type: str
    options: Any
    model: Model | None = None
    source: str = ""
    environment: Where = "auto"
    memory: int | None = None
    pass_env: Mapping[str, str] = field(default_factory=dict, repr=False)
    target: Any = None
    timeout: float = 300.0
    place: Place | None = field(default=None, repr=False)
    written: Node | None = field(default=None, repr=False, compare=False)

    @property
    def needs_a_process(self) -> bool:
        """Whether it asks for something that only a process of its own has."""
        return self.memory is not None or bool(self.pass_env)

    def at(self, key: str) -> Place | None:
        """The place of what is under a key of the entry, or of the entry where nothing is."""
        found = self.written.child(key) if self.written is not None else None
        return found.place if found is not None else self.place


@dataclass(frozen=True, kw_only=True)
class Origin:
    """What a config was made of, as the user gave it, so that a run that was cut off can be resumed without asking.

    `config` is the whole path of the file (None: none) and `digest` the SHA-256 of its bytes; `built_in` is the team
    of the program itself. `sets`, `model` and `timeout` are the options given beside it.
    """

    config: str | None = None
    digest: str = ""
    built_in: bool = False
    sets: tuple[str, ...] = ()
    model: str | None = None
    timeout: float | None = None


@dataclass(frozen=True, kw_only=True)
class Config:
    """A checked config. `source` is its path, `<code>` without one; `folder` is where its modules are looked up.

    `timeout` is in seconds for the whole run. `environment` holds the process's variables and those of `.env`.
    `plugins` are those the run insists on, all of them loaded. `learned`: weights come from the outcomes of earlier
    runs. `notices` say what of the config is not used, and where.
    """

    agents: tuple[AgentSpec, ...]
    settings: Settings
    criteria: str
    timeout: float | None
    gateway: bool
    seed: int | None
    plugins: tuple[str, ...]
    learned: bool
    source: str
    folder: Path
    environment: Mapping[str, str] = field(repr=False)
    notices: tuple[str, ...] = ()
    origin: Origin = field(default_factory=Origin)

    @property
    def has_environments(self) -> bool:
        """Whether an agent has an environment of its own. Where none has, nothing of `environments` is imported."""
        return any(isinstance(spec.environment, OwnEnvironment) for spec in self.agents)
