"""The contract between the hub and an agent. Everything an adapter has to know is on this page.

An agent is an async callable, `agent(turn, host) -> Reply | str`. It is opened by its adapter, shown one `Turn`
at a time, and answers in its own words; only the hub reads those words as an answer or a ballot. While it works it
may talk to its `Host`. An exception means that the turn failed.

All records are frozen and hold nothing that JSON cannot carry, because an agent may live in another process: a turn
and a reply cross a pipe unchanged. Records grow by keyword fields with defaults; no field is renamed or removed
within a major version. Standard library only, so that a worker can import this page before any framework.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, TypeAlias

JSON: TypeAlias = Any
"""A plain JSON value: null, bool, number, string, or a list or mapping of them."""

Kind = Literal["draft", "decide", "vote", "present"]
"""What a turn asks for: an answer, an answer or a ballot, a ballot, or the write-up of the result."""


@dataclass(frozen=True, kw_only=True)
class Message:
    """One earlier message of a session."""

    role: Literal["user", "assistant"]
    text: str


@dataclass(frozen=True, kw_only=True)
class Task:
    """What the user asked, with the session before it and the paths of files given with it."""

    text: str
    history: tuple[Message, ...] = ()
    files: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One candidate as this agent sees it; `folder` holds the files of the answer, if there are any."""

    label: str
    text: str
    folder: str | None = None


@dataclass(frozen=True, kw_only=True)
class Turn:
    """One invocation of one agent. `(run, agent, round, attempt)` identifies it for good.

    `prompt` is all of it as text, rendered by the hub: an adapter needs nothing else. `schema` is the JSON Schema of
    the reply allowed now, with the labels as an enum (None: plain text), for adapters that have a native channel.
    `folder` is the turn's own working folder; what it holds afterwards are the files of the answer (None: no files).
    `repair` says why the last attempt was refused.
    """

    run: str
    agent: str
    round: int
    attempt: int
    kind: Kind
    task: Task
    prompt: str
    criteria: str = ""
    shown: tuple[Shown, ...] = ()
    schema: Mapping[str, JSON] | None = None
    seconds_left: float | None = None
    folder: str | None = None
    repair: str | None = None


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What an agent said. `data` holds the arguments of a native tool call or a structured output, if there were any:
    a mapping, or a list of mappings in the order of the reply where the agent made several calls."""

    text: str = ""
    data: JSON = None


@dataclass(frozen=True, kw_only=True)
class Activity:
    """Something an agent did besides talking. A `call` and its `result` share an `id`, as do `code` and `output`."""

    kind: Literal["call", "result", "code", "output", "info"]
    name: str = ""
    text: str = ""
    id: str = ""


@dataclass(frozen=True, kw_only=True)
class Usage:
    """What model calls cost: tokens in and out, US dollars. Unknown is None, never 0."""

    input: int | None = None
    output: int | None = None
    cached: int | None = None
    cost: float | None = None
    calls: int | None = 1
    model: str = ""


@dataclass(frozen=True, kw_only=True)
class Question:
    """What a framework wants to know from a person before it goes on: an interrupt, an approval, a prompt."""

    text: str
    choices: tuple[str, ...] = ()
    data: JSON = None


class Host(Protocol):
    """What the hub offers an agent during a turn. All but the last two return at once and never fail."""

    def say(self, text: str, part: int = 0) -> None:
        """Stream a piece of text. `part` numbers the messages of a turn; the last part joins to the reply's text."""

    def note(self, activity: Activity) -> None:
        """Report a tool call, its result, code that was run, or its output."""

    def spend(self, usage: Usage) -> None:
        """Report the usage of model calls since the last report of this turn."""

    async def ask(self, question: Question) -> str:
        """Put the question to a person or to the hub's policy. Raises `NotAvailable` where nobody can answer."""

    async def call(self, tool: str, arguments: Mapping[str, JSON]) -> JSON:
        """Run one of the hub's tools, those of `Setup.tools`. Raises `NotAvailable` for any other."""


class Agent(Protocol):
    """One participant of a run, opened by its adapter. Every turn is a fresh conversation in the framework."""

    async def __call__(self, turn: Turn, host: Host) -> Reply | str:
        """Answer the turn."""


@dataclass(frozen=True, kw_only=True)
class Model:
    """Where an agent finds its model: an address that speaks `api`, a name and a key to send there.

    `name` is what the address calls the model, for example `gpt-5`. An empty `base_url` is the provider's own.
    """

    name: str
    base_url: str = ""
    api: Literal["openai"] = "openai"
    key: str = field(default="", repr=False)


@dataclass(frozen=True, kw_only=True)
class Tool:
    """A tool of the hub that an agent may `call`; `parameters` is the JSON Schema of its arguments."""

    name: str
    description: str
    parameters: Mapping[str, JSON]


@dataclass(frozen=True, kw_only=True)
class Setup:
    """What the hub gives an adapter to open one agent.

    `target` is the user's own object (or factory), already imported, if the config names one; it is never mutated.
    `model` is None where the agent brings its own. `folder` is the agent's folder for the whole run.
    """

    agent: str
    seed: int
    model: Model | None = None
    tools: tuple[Tool, ...] = ()
    folder: str | None = None
    target: Any = None


@dataclass(frozen=True, kw_only=True)
class Traits:
    """What an agent can do and how it must be treated. They may depend on the options: one adapter may serve two
    generations of a framework.

    `cancel="kill"`: only the end of its process stops a turn. `loop="one"`: all turns must run in the same event loop.
    """

    cancel: Literal["task", "kill"] = "task"
    loop: Literal["any", "one"] = "any"
    streams: bool = False
    tools: bool = False
    code: bool = False
    memory: bool = False
    human: bool = False


def no_traits(_options: Any) -> Traits:
    """The traits of an adapter that promises nothing."""
    return Traits()


def no_advice(_failure: ImportError) -> str:
    """The advice of an adapter that has none."""
    return ""


def nothing() -> None:
    """What an adapter does that has nothing to do."""


@dataclass(frozen=True, kw_only=True)
class Tested:
    """The versions of a distribution that an adapter was tested with, both ends included: `oldest` is the lower bound
    that the plugin asks for, `newest` the newest that was seen to keep the contract. A later one may well do.

    Versions are compared by the numbers of their release: `1.2rc1` and `1.2.0` are both 1.2.
    """

    distribution: str
    oldest: str
    newest: str


@dataclass(frozen=True, kw_only=True)
class Adapter:
    """How the hub opens agents of one framework.

    `options` is a strict pydantic model (a subclass of `massgen_hub.Options`) of the keys that an agent's entry in the
    YAML may have beside the hub's own. `open(options, setup)` is an async context manager around the agent.
    `accepts` lists the classes whose instances are agents of this framework, as `"top_module.ClassName"`, looked up by
    name in the object's class hierarchy so that nothing is imported to find out. `tested` are the distributions of the
    framework and the versions that are known to work, for `massgen-hub doctor`. `before_import` is called before
    a module of the user's is imported, where a framework has to be told something by then; it may import the framework.
    `advice(failure)` is what to do where that module cannot import something here, such as another generation of the
    framework; empty otherwise.
    """

    name: str
    summary: str
    options: type[Any]
    open: Callable[[Any, Setup], AbstractAsyncContextManager[Agent]]
    traits: Callable[[Any], Traits] = no_traits
    accepts: tuple[str, ...] = ()
    tested: tuple[Tested, ...] = ()
    before_import: Callable[[], None] = nothing
    advice: Callable[[ImportError], str] = no_advice


Meter = Callable[[str, Usage], None]
"""`meter(agent, usage)`: what really went over the wire for an agent."""

Connect = Callable[[Mapping[str, Model], Meter], AbstractAsyncContextManager[Mapping[str, Model]]]
"""From the model each agent asks for to the model each agent is given, for as long as a run lasts."""


@dataclass(frozen=True, kw_only=True)
class ModelSource:
    """Where models come from: `name` is the first part of a model's name, `openai` in `openai/gpt-5`.

    A remote provider is data: an address, the environment variable that holds its key, and the variable that may
    replace the address. A source that has to start something (an embedded model, a gateway) brings `connect` instead.
    """

    name: str
    summary: str
    base_url: str = ""
    key_variable: str = ""
    address_variable: str = ""
    connect: Connect | None = None


class Upstream(Protocol):
    """Something that answers Chat Completions requests: a remote provider, an embedded model, a script."""

    def chat(self, request: Mapping[str, JSON]) -> AsyncGenerator[Mapping[str, JSON], None]:
        """The `chat.completion.chunk` objects of the answer, the last one with `usage` where it is known."""


def hierarchy(value: Any) -> set[str]:
    """The classes of an object as `top_module.ClassName`: `{"langgraph.Pregel", ...}`. Imports nothing."""
    return {f"{kind.__module__.partition('.')[0]}.{kind.__qualname__}" for kind in type(value).__mro__}
