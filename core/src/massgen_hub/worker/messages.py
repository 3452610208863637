"""What the hub and a worker say to each other: one JSON object a line, its `type` the name of a class on this page.

    hub     Open                                  Take            Answer        Cancel  Close
    worker         Ready  Opened | Refused  Beat         Say Note Spend Ask Call        Replied | Failed

`Ready` is the worker's first line and says which version of the protocol it speaks.
Turns are numbered by the hub (`id`), questions and calls by the worker (`ask`). What belongs to a turn that is over
is ignored; anything else that is not on this page ends the worker.
"""

# Annotations are read at run time by the codec, so this page does without `from __future__ import annotations`.
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias, cast, get_args

from ..codec import from_json, from_plain, to_json
from ..contract import JSON, Activity, Question, Reply, Setup, Traits, Turn, Usage

VERSION = 1
LONGEST = 16 * 1024 * 1024
"""Bytes in a line from a worker. A reply may be 1 MB; the rest is room to refuse it in words."""


class WireError(ValueError):
    """What came is no message."""


@dataclass(frozen=True, kw_only=True)
class Failure:
    """An exception on its way. `error` is the name of a class of `massgen_hub.errors`, empty for any other;
    `traceback` what `kit.traceback_of` tells of it."""

    error: str = ""
    message: str = ""
    hint: str = ""
    transient: bool = False
    retry_after: float | None = None
    traceback: str = ""


@dataclass(frozen=True, kw_only=True)
class Open:
    """Open an agent. `path` holds folders for the end of `sys.path`, `target` is `module:attribute` in them; the
    setup's own target stays behind. A worker beats twelve times in `silence` seconds."""

    version: int
    adapter: str
    options: Mapping[str, JSON]
    setup: Setup
    target: str | None
    path: tuple[str, ...]
    silence: float


@dataclass(frozen=True, kw_only=True)
class Take:
    """Take a turn."""

    id: int
    turn: Turn


@dataclass(frozen=True, kw_only=True)
class Answer:
    """The answer to an `Ask` or a `Call`, or why there is none."""

    ask: int
    value: JSON = None
    failure: Failure | None = None


@dataclass(frozen=True, kw_only=True)
class Cancel:
    """Stop this turn. The worker still ends it with `Replied` or `Failed`, where it can."""

    id: int


@dataclass(frozen=True, kw_only=True)
class Close:
    """Close the agent and leave."""


@dataclass(frozen=True, kw_only=True)
class Ready:
    """The worker runs: its protocol, process, Python and version of massgen-hub."""

    version: int
    pid: int = 0
    python: str = ""
    hub: str = ""


@dataclass(frozen=True, kw_only=True)
class Opened:
    """The agent is open: the distribution that brought its adapter, its traits, and the `versions` of Python and of the
    distributions that matter: massgen-hub's, the adapter's, the framework's, and those that frameworks share."""

    distribution: str
    version: str
    traits: Traits
    versions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Refused:
    """The agent could not be opened, or the hub said something that is not on this page."""

    failure: Failure


@dataclass(frozen=True, kw_only=True)
class Beat:
    """The process is alive."""


@dataclass(frozen=True, kw_only=True)
class Say:
    """`Host.say`."""

    id: int
    text: str
    part: int


@dataclass(frozen=True, kw_only=True)
class Note:
    """`Host.note`."""

    id: int
    activity: Activity


@dataclass(frozen=True, kw_only=True)
class Spend:
    """`Host.spend`."""

    id: int
    usage: Usage


@dataclass(frozen=True, kw_only=True)
class Ask:
    """`Host.ask`, to be answered."""

    id: int
    ask: int
    question: Question


@dataclass(frozen=True, kw_only=True)
class Call:
    """`Host.call`, to be answered."""

    id: int
    ask: int
    tool: str
    arguments: Mapping[str, JSON]


@dataclass(frozen=True, kw_only=True)
class Replied:
    """The turn is over."""

    id: int
    reply: Reply


@dataclass(frozen=True, kw_only=True)
class Failed:
    """The turn is over, by an exception."""

    id: int
    failure: Failure


FromHub: TypeAlias = Open | Take | Answer | Cancel | Close
OfTurn: TypeAlias = Say | Note | Spend | Ask | Call | Replied | Failed
FromWorker: TypeAlias = Ready | Opened | Refused | Beat | OfTurn

FROM_HUB = {kind.__name__.lower(): kind for kind in get_args(FromHub)}
FROM_WORKER = {kind.__name__.lower(): kind for kind in get_args(FromWorker)}


def encode(message: FromHub | FromWorker) -> bytes:
    """A message as a line. Raises `TypeError` where it holds what JSON cannot carry."""
    body = {"type": type(message).__name__.lower(), **vars(message)}
    return f"{to_json(body)}\n".encode(errors="surrogatepass")


def from_hub(line: bytes) -> FromHub:
    """The message of a line. Raises `WireError`."""
    return cast(FromHub, _decode(line, FROM_HUB))


def from_worker(line: bytes) -> FromWorker:
    """The message of a line. Raises `WireError`."""
    return cast(FromWorker, _decode(line, FROM_WORKER))


def _decode(line: bytes, kinds: Mapping[str, type]) -> Any:
    try:
        body = from_json(line.decode(errors="surrogatepass"))
    except (ValueError, RecursionError):
        raise WireError(f"this is no JSON: {_start(line)}") from None
    kind = kinds.get(str(body.get("type"))) if isinstance(body, dict) else None
    if kind is None:
        raise WireError(f"an unknown message: {_start(line)}")
    try:
        return from_plain(kind, body)
    except (TypeError, ValueError) as problem:
        raise WireError(f"{problem}, in {_start(line)}") from None


def _start(line: bytes) -> str:
    return repr(line[:80].decode(errors="replace"))
