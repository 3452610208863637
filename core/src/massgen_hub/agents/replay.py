"""`type: replay`: an agent that says recorded answers. For looking at rules and gates without a model."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from pydantic import ConfigDict, Field, field_validator

from ..codec import to_json
from ..consensus.canonical import canonical_text
from ..contract import Adapter, Agent, Host, Reply, Setup, Shown, Traits, Turn
from ..errors import TurnError
from ..folders import whole
from ..options import Options
from .ballots import ballot_for
from .recorded import Recorded, recorded_by

SHOWN = 120


class ReplayOptions(Options):
    """`answers` is a JSON Lines file (see `massgen_hub.agents.recorded`), or a mapping from questions to answers.

    `as` names whose answers of the file they are; left out, it is the id of the agent. A question is looked up by the
    exact text of the task. In a vote the agent ranks as recorded, else it puts the candidate that is its own answer
    first; where there is none it abstains.
    """

    model_config = ConfigDict(populate_by_name=True)

    answers: str | dict[str, str | None]
    as_: str = Field(default="", alias="as")

    @field_validator("answers")
    @classmethod
    def _whole_path(cls, value: str | dict[str, str | None]) -> str | dict[str, str | None]:
        """A worker has another current folder."""
        return str(whole(value)) if isinstance(value, str) else value


@asynccontextmanager
async def open_replay(options: ReplayOptions, setup: Setup) -> AsyncIterator[Agent]:
    """An agent that says what was recorded. Raises `ConfigError` with the file and line of what is wrong."""
    if isinstance(options.answers, str):
        where, recorded = options.answers, recorded_by(options.as_ or setup.agent, Path(options.answers))
    else:
        where, recorded = "its answers", {task: Recorded(answer=text) for task, text in options.answers.items()}

    async def agent(turn: Turn, host: Host) -> Reply | str:
        text = _said(turn, _found(recorded, turn.task.text, where))
        host.say(text)
        return text

    yield agent


def _found(recorded: Mapping[str, Recorded], question: str, where: str) -> Recorded:
    if question not in recorded:
        what = f"{where} has no answer to the question {question[:SHOWN]!r}"
        raise TurnError(what, hint="questions are looked up by the exact text of the task")
    return recorded[question]


def _said(turn: Turn, recorded: Recorded) -> str:
    if recorded.answer is None:
        raise TurnError("no recorded answer")
    if turn.schema is None:
        return recorded.answer
    liked = list(_labels(recorded.ranking or (recorded.answer,), turn.shown))
    return to_json(ballot_for(turn, liked, liked) if liked else {"abstain": True})


def _labels(texts: Iterable[str], shown: Iterable[Shown]) -> Iterator[str]:
    """The labels of the candidates that say these texts, each once: literally, else but for the way of writing."""
    literal = {one.text: one.label for one in shown}
    loose = {canonical_text(text): label for text, label in literal.items()}
    found = (literal.get(text) or loose.get(canonical_text(text)) for text in texts)
    yield from dict.fromkeys(label for label in found if label)


replay = Adapter(
    name="replay",
    summary="Says recorded answers; needs no model.",
    options=ReplayOptions,
    open=open_replay,
    traits=lambda _: Traits(streams=True),
)
