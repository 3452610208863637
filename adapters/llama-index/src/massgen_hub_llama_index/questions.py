"""Questions that a workflow puts to a person."""

from __future__ import annotations

import json
from typing import Any

from massgen_hub.contract import Host, Question
from massgen_hub.kit import as_json, ask
from workflows import Workflow
from workflows.events import Event, HumanResponseEvent, InputRequiredEvent


def fields_of(event: Event) -> dict[str, Any]:
    """What an event holds, declared or not."""
    declared = event.model_dump()
    return {**declared.pop("_data", {}), **declared}


async def answer(event: InputRequiredEvent, workflow: Workflow, host: Host) -> HumanResponseEvent:
    """The event that the workflow goes on with. Raises `NotAvailable` where nobody answers.

    What else the question holds comes back with the answer, because several may wait for one of their own.
    """
    about = json.loads(as_json(fields_of(event)))
    text = about.pop("prefix", "") or as_json(about)
    said = await ask(host, Question(text=text, data=about or None))
    kind = _kind_of_answer(workflow)
    wanted = [name for name, field in kind.model_fields.items() if field.is_required() and name not in about]
    return kind(**about, **{wanted[0] if len(wanted) == 1 else "response": said})


def _kind_of_answer(workflow: Workflow) -> type[HumanResponseEvent]:
    """What the steps of a workflow take for an answer, where that is one kind."""
    taken = {kind for step in workflow._step_configs().values() for kind in step.accepted_events}
    kinds = [kind for kind in taken if isinstance(kind, type) and issubclass(kind, HumanResponseEvent)]
    return kinds[0] if len(kinds) == 1 else HumanResponseEvent
