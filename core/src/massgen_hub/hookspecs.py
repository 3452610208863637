"""Everything a plugin can do to the hub. There is nothing else to learn.

A plugin is a module (or any object) named by an entry point of the group `massgen_hub`. Its functions marked with
`@hookimpl` either *provide* records, which a config may then use by name, or *observe*. Installing a plugin adds
names; it never changes an outcome. Hooks are plain functions: not async, no wrappers, no default arguments.

Arguments may be added, never renamed or removed within a major version; an implementation may take fewer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pluggy import HookimplMarker, HookspecMarker

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .consensus import ProtocolSpec, Rule
    from .contract import Adapter, ModelSource
    from .events import Event

hookspec = HookspecMarker("massgen_hub")
hookimpl = HookimplMarker("massgen_hub")


@hookspec
def register_adapters() -> Iterable[Adapter]:  # type: ignore[empty-body]
    """Adapters this plugin brings, each opening the agents of one framework (`type: NAME` of an agent)."""


@hookspec
def register_rules() -> Iterable[Rule]:  # type: ignore[empty-body]
    """Rules this plugin brings, each turning ballots into a tally (`rule: NAME`)."""


@hookspec
def register_protocols() -> Iterable[ProtocolSpec]:  # type: ignore[empty-body]
    """Protocols this plugin brings, each saying who takes which turn next and when to stop (`protocol: NAME`)."""


@hookspec
def register_models() -> Iterable[ModelSource]:  # type: ignore[empty-body]
    """Where models come from: providers and servers this plugin brings (`model: NAME/MODEL`)."""


@hookspec
def on_event(run_id: str, event: Event) -> None:
    """Called for every event of every run, in order, after it is in the record.

    It runs in a thread of its own behind a bounded queue: a slow observer loses events, which are counted, and never
    delays a run. What it raises is logged once and otherwise ignored.
    """
