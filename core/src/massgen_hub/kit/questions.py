"""Questions that a framework puts to a person."""

from __future__ import annotations

from dataclasses import dataclass

from ..contract import JSON, Host, Question
from ..errors import NotAvailable

APPROVE, REJECT = "approve", "reject"


@dataclass(frozen=True)
class Approval:
    """Whether a call may be made; `reason` is what else was said."""

    given: bool
    reason: str = ""


async def ask(host: Host, question: Question) -> str:
    """The answer. Raises `NotAvailable` with the question in it where nobody answers."""
    try:
        return await host.ask(question)
    except NotAvailable as nobody:
        raise NotAvailable(f"the agent asks, and nobody answers: {question.text}", hint=nobody.hint) from nobody


async def approval(host: Host, name: str, arguments: JSON, text: str = "") -> Approval:
    """Whether a person lets the agent call `name`. Any answer but `approve` rejects the call."""
    about = {"name": name, "args": arguments}
    said = await ask(host, Question(text=text or f"May `{name}` be called?", choices=(APPROVE, REJECT), data=about))
    return Approval(said == APPROVE, "" if said in (APPROVE, REJECT) else said)
